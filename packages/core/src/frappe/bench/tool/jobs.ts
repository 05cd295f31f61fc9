/** Background jobs: queues, workers, the scheduler. Python. */
export const JOBS = String.raw`
TRY_QUEUES = """
import json, sys, time
import frappe
site, queues, seconds = sys.argv[1], json.loads(sys.argv[2]), float(sys.argv[3])
frappe.init(site)
frappe.connect()
jobs = {queue: frappe.enqueue("frappe.ping", queue=queue, at_front=True) for queue in queues}
state = lambda job: str(getattr(job.get_status(), "value", job.get_status()))
end = time.monotonic() + seconds
while time.monotonic() < end and any(state(job) not in ("finished", "failed") for job in jobs.values()):
    time.sleep(0.2)
from rq import Worker
found = []
for queue, job in jobs.items():
    workers = [one for one in Worker.all(connection=job.connection) if job.origin in one.queue_names()]
    busy = bool(workers) and all(str(getattr(one.get_state(), "value", one.get_state())) == "busy" for one in workers)
    found.append({"queue": queue, "state": state(job), "workers": len(workers), "busy": busy})
    if found[-1]["state"] != "finished":
        job.delete()
print("\\n" + json.dumps(found))
"""

def try_queues(site, queues, seconds):
    """A job that does nothing goes through each queue; at its front, for others may wait there since the workers were stopped."""
    python = "../env/bin/python" if os.path.exists("env/bin/python") else sys.executable
    done = subprocess.run([python, "-c", TRY_QUEUES, site, queues, seconds], cwd="sites", stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode:
        raise SystemExit(done.stderr.decode("utf-8", "replace")[-4000:])
    return json.loads(done.stdout.decode().strip().splitlines()[-1])

def scheduler_off(site):
    """Why Frappe's scheduler passes the site over."""
    config = config_of(site)
    reasons = [f"{key} in its configuration" for key in ("pause_scheduler", "disable_scheduler") if config.get(key)]
    rows = query(site, "select value from tabSingles where doctype = 'System Settings' and field = 'enable_scheduler'") if has_table(site, "tabSingles") else [["1"]]
    if rows and rows[0][0] in ("0", "", "NULL"):
        reasons.append("Enable Scheduled Jobs is off in System Settings")
    return {"reasons": reasons}

BENCH = COMMON.get("bench_id") or os.getcwd().strip("/").replace("/", "-")

class Redis:
    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        if parts.scheme == "unix":
            plain = socket.socket(socket.AF_UNIX)
            plain.settimeout(5)
            plain.connect(parts.path)
        else:
            plain = socket.create_connection((parts.hostname, parts.port or 6379), 5)
            if parts.scheme == "rediss":
                plain = ssl.create_default_context().wrap_socket(plain, server_hostname=parts.hostname)
        self.file = plain.makefile("rwb")
        unquote = lambda text: urllib.parse.unquote(text or "")
        user, password = unquote(parts.username), unquote(parts.password)
        if password:
            self.ask("AUTH", *([user] if user else []), password)
        number = parts.path.strip("/") if parts.scheme != "unix" else ""
        if number.isdigit() and number != "0":
            self.ask("SELECT", number)

    def ask(self, *words):
        sent = [str(word).encode() for word in words]
        self.file.write(b"*%d\r\n" % len(sent) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in sent))
        self.file.flush()
        return self.read()

    def read(self):
        line = self.file.readline()
        kind, rest = line[:1], line[1:].strip()
        if kind == b"-":
            raise OSError(rest.decode("utf-8", "replace").split(" ")[0])
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return None if rest == b"-1" else self.file.read(int(rest) + 2)[:-2].decode("utf-8", "replace")
        if kind == b"*":
            return [self.read() for _ in range(int(rest))]
        if kind == b"+":
            return rest.decode()
        raise OSError("the connection was closed")

def queues():
    redis = Redis(COMMON.get("redis_queue") or "redis://127.0.0.1:11311")
    workers = []
    for key in redis.ask("SMEMBERS", "rq:workers"):
        queues, host, state = redis.ask("HMGET", key, "queues", "hostname", "state")
        # One that was killed is listed until its key expires.
        if queues:
            workers.append((queues.split(","), host or "", state == "busy"))
    listed = {key.removeprefix("rq:queue:") for key in redis.ask("SMEMBERS", "rq:queues")}
    names = listed | {name for served, _, _ in workers for name in served}
    own = sorted(name for name in names if name.startswith(f"{BENCH}:"))
    return [{
        "name": name[len(BENCH) + 1:],
        "waiting": redis.ask("LLEN", f"rq:queue:{name}"),
        "running": redis.ask("ZCARD", f"rq:wip:{name}"),
        "failed": redis.ask("ZCARD", f"rq:failed:{name}"),
        "workers": [{"host": host, "isBusy": busy} for served, host, busy in workers if name in served],
    } for name in own]

def load():
    """What waits in the queues, and the room on the disk of the sites."""
    disk = os.statvfs("sites")
    found = {"queues": [], "freeBytes": disk.f_bavail * disk.f_frsize, "diskBytes": disk.f_blocks * disk.f_frsize}
    try:
        found["queues"] = queues()
    except OSError as error:
        found["problem"] = error.strerror or str(error) or type(error).__name__
    return found
`;
