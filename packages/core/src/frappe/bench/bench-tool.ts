/**
 * What de-build asks of a bench, as a program that runs in a container of the site's image; it needs Python's own library and
 * MariaDB's client. It prints one JSON document, or with `dump` a packed dump. Passwords go from site_config.json to the
 * client through a pipe: never to argv, the environment or a file.
 */
export const BENCH_TOOL = String.raw`
import datetime, glob, gzip, hashlib, json, os, re, secrets, shutil, subprocess, sys, tarfile, urllib.request, urllib.error, zoneinfo
import time as clock

def read_json(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}

COMMON = read_json("sites/common_site_config.json")

def config_of(site):
    return {**COMMON, **read_json(f"sites/{site}/site_config.json")}

def client(site, names, extra):
    """Runs MariaDB's client as the site's own user; its options come through a pipe."""
    config = config_of(site)
    quoted = str(config.get("db_password", "")).replace("\\", "\\\\").replace('"', '\\"')
    options = ["[client]", f'user="{config.get("db_user") or config["db_name"]}"', f'password="{quoted}"']
    if config.get("db_socket"):
        options.append(f'socket="{config["db_socket"]}"')
    else:
        options += [f'host="{config.get("db_host") or "127.0.0.1"}"', f'port={config.get("db_port") or 3306}']
    program = next((found for found in map(shutil.which, names) if found), None)
    if program is None:
        raise SystemExit(f"no {names[0]} in this image")
    read, write = os.pipe()
    os.write(write, ("\n".join(options) + "\n").encode())
    os.close(write)
    return [program, f"--defaults-extra-file=/dev/fd/{read}", *extra, config["db_name"]], read

def query(site, sql):
    command, fd = client(site, ("mariadb", "mysql"), ["--batch", "--raw", "--skip-column-names", "--default-character-set=utf8mb4", "-e", sql])
    done = subprocess.run(command, pass_fds=[fd], stdin=subprocess.DEVNULL, capture_output=True)
    os.close(fd)
    if done.returncode:
        raise SystemExit(done.stderr.decode("utf-8", "replace").strip() or f"the client ended with {done.returncode}")
    return [line.split("\t") for line in done.stdout.decode("utf-8", "replace").splitlines()]

def has_table(site, table):
    return bool(query(site, f"select 1 from information_schema.tables where table_schema = database() and table_name = '{table}'"))

def tables(site):
    return [row[0] for row in query(site, "select table_name from information_schema.tables where table_schema = database() and table_type = 'BASE TABLE'")]

def database_bytes(site):
    size = query(site, "select coalesce(sum(data_length + index_length), 0) from information_schema.tables where table_schema = database()")
    return int(float(size[0][0]))

def image_apps():
    return sorted(name for name in os.listdir("apps") if os.path.isdir(f"apps/{name}"))

def packages():
    """Each app's Python package, which holds its patches and doctypes."""
    found = {}
    for app in image_apps():
        for folder in (app, app.replace("-", "_")):
            if os.path.isdir(f"apps/{app}/{folder}"):
                found[app] = f"apps/{app}/{folder}"
                break
    return found

def patches_of(path):
    try:
        with open(path, encoding="utf-8") as file:
            lines = [line.strip() for line in file]
    except FileNotFoundError:
        return []
    return [line for line in lines if line and not line.startswith("#") and not re.fullmatch(r"\[\w+\]", line)]

def installed_apps(site):
    if has_table(site, "tabInstalled Application"):
        names = [row[0] for row in query(site, "select app_name from \x60tabInstalled Application\x60 order by idx")]
        if names:
            return names
    rows = query(site, "select defvalue from tabDefaultValue where defkey = 'installed_apps' and parent = '__global'") if has_table(site, "tabDefaultValue") else []
    return json.loads(rows[0][0]) if rows else []

def done_patches(site):
    """Frappe logs a patch that runs at the end without its mark."""
    return {row[0] for row in query(site, "select patch from \x60tabPatch Log\x60 where coalesce(skipped, 0) = 0")} if has_table(site, "tabPatch Log") else set()

def site_patches(site):
    """All lines of its apps, in their order."""
    installed, done = installed_apps(site), done_patches(site)
    return [{"app": app, "patch": patch, "done": patch.removeprefix("finally:") in done}
            for app, folder in packages().items() if not installed or app in installed for patch in patches_of(f"{folder}/patches.txt")]

def log_patch(site, patch, note):
    """Frappe runs what its log does not name."""
    text = lambda value: f"convert(x'{value.encode().hex()}' using utf8mb4)"
    key = text(patch.removeprefix("finally:"))
    query(site, f"delete from \x60tabPatch Log\x60 where cast(patch as binary) = cast({key} as binary)")
    if not note:
        return {}
    known = {row[0] for row in query(site, "select column_name from information_schema.columns where table_schema = database() and table_name = 'tabPatch Log'")}
    row = {"name": f"'{secrets.token_hex(5)}'", "creation": "now(6)", "modified": "now(6)", "owner": "'Administrator'", "modified_by": "'Administrator'",
           "docstatus": "0", "idx": "0", "patch": key, "skipped": "0", "traceback": text(note)}
    row = {name: value for name, value in row.items() if name in known}
    query(site, f"insert into \x60tabPatch Log\x60 ({', '.join(row)}) values ({', '.join(row.values())})")
    return {}

def describe_site(site):
    config = config_of(site)
    kind = config.get("db_type") or "mariadb"
    described = {"name": site, "database": kind, "maintenance": bool(config.get("maintenance_mode")), "readsAllowed": bool(config.get("allow_reads_during_maintenance"))}
    if kind != "mariadb":
        return described
    installed = installed_apps(site)
    hashes = {}
    if has_table(site, "tabDocType"):
        hashes = {row[0]: row[1] for row in query(site, "select name, coalesce(migration_hash, '') from tabDocType")}
    patches = [{"app": one["app"], "patch": one["patch"]} for one in site_patches(site) if not one["done"]]
    doctypes = []
    for app, folder in packages().items():
        if installed and app not in installed:
            continue
        for path in glob.glob(f"{folder}/**/doctype/*/*.json", recursive=True):
            if os.path.basename(path)[:-5] != os.path.basename(os.path.dirname(path)):
                continue
            with open(path, "rb") as file:
                content = file.read()
            name = json.loads(content).get("name")
            if name and hashes.get(name) != hashlib.md5(content).hexdigest():
                doctypes.append({"app": app, "doctype": name, "isNew": name not in hashes})
    return {**described, "apps": installed, "missingApps": [app for app in installed if app not in image_apps()],
            "patches": patches, "doctypes": sorted(doctypes, key=lambda one: one["doctype"]), "databaseBytes": database_bytes(site)}

def sites():
    return sorted(os.path.basename(os.path.dirname(path)) for path in glob.glob("sites/*/site_config.json"))

def describe():
    return {"apps": image_apps(), "appList": app_list(), "sites": [describe_site(site) for site in sites()]}

def dump(site):
    command, fd = client(site, ("mariadb-dump", "mysqldump"), ["--single-transaction", "--quick", "--routines", "--triggers", "--default-character-set=utf8mb4", "--max-allowed-packet=1G"])
    source = subprocess.Popen(command, pass_fds=[fd], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    os.close(fd)
    packer = subprocess.Popen(["gzip", "-c", "-6"], stdin=source.stdout)
    source.stdout.close()
    raise SystemExit(source.wait() or packer.wait())

TABLE = re.compile(rb"^-- (?:(?:Table structure for table|Dumping data for table|Sequence structure for|Temporary (?:table|view) structure for view|Final view structure for view) \x60(.+)\x60|Dumping routines|Dumping events|Dump completed)")

def restore(site, path, only):
    """Loads a dump, or some tables of it, and drops the tables that it lacks."""
    wanted = None if only is None else {name.encode() for name in only}
    held = set()
    command, fd = client(site, ("mariadb", "mysql"), ["--default-character-set=utf8mb4", "--max-allowed-packet=1G"])
    target = subprocess.Popen(command, pass_fds=[fd], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    os.close(fd)
    table = None
    with gzip.open(path) as lines:
        for line in lines:
            found = TABLE.match(line) if line.startswith(b"-- ") else None
            if found:
                table = found.group(1)
                if table:
                    held.add(table)
            # Frappe lists only tables of doctypes.
            if wanted is None or table is None or table in wanted or not table.startswith(b"tab"):
                target.stdin.write(line)
    target.stdin.close()
    if target.wait():
        raise SystemExit(target.returncode)
    new = [name for name in tables(site) if name.encode() not in held]
    for name in new:
        query(site, f"set foreign_key_checks = 0; drop table \x60{name}\x60")
    return {"tables": len(held if wanted is None else held & wanted), "dropped": new}

def disconnect(site):
    """Ends what else works on the database, such as a statement whose client is gone."""
    ended = 0
    for (id,) in query(site, "select id from information_schema.processlist where db = database() and id <> connection_id()"):
        try:
            query(site, f"kill {id}")
            ended += 1
        except SystemExit:
            pass  # It has ended by itself.
    return {"ended": ended}

def rows(site):
    """Counted, not estimated."""
    names = tables(site)
    counts = query(site, " union all ".join(f"select count(*) from \x60{name}\x60" for name in names)) if names else []
    return {"tables": len(names), "rows": sum(int(row[0]) for row in counts), "bytes": database_bytes(site)}

def touched(site):
    """What migrate wrote to at its end; nothing when it was killed."""
    path = f"sites/{site}/touched_tables.json"
    if not os.path.exists(path):
        return {"tables": None}
    return {"tables": read_json(path)}

def lost(site, since):
    """Rows that were written since, for each table; deleted ones can't be counted."""
    written = []
    for (table,) in query(site, "select table_name from information_schema.columns where table_schema = database() and column_name = 'modified' order by table_name"):
        created, changed = query(site, f"select coalesce(sum(creation >= '{since}'), 0), coalesce(sum(creation < '{since}'), 0) from \x60{table}\x60 where modified >= '{since}'")[0]
        if int(created) or int(changed):
            written.append({"table": table, "created": int(created), "modified": int(changed)})
    return {"written": written}

def fetch(url, site):
    request = urllib.request.Request(url, headers={"Host": site})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read(2_000_000)
    except urllib.error.HTTPError as error:
        return error.code, error.read(100_000)
    except OSError as error:
        return 0, str(getattr(error, "reason", error)).encode()

def probe(base, site):
    """A page with the bundle that it names, the API, and socket.io, as a visitor gets them through the frontend."""
    found = {"ping": fetch(f"{base}/api/method/ping", site)[0]}
    status, page = fetch(f"{base}/", site)
    found["page"] = status
    if status == 0:
        found["why"] = page.decode("utf-8", "replace")[:300]
    bundle = re.search(rb'/assets/[^"\'\s<>]+\.bundle\.[^"\'\s<>]+\.(?:js|css)', page)
    if bundle:
        found["bundlePath"] = bundle.group(0).decode()
        found["bundle"] = fetch(f"{base}{found['bundlePath']}", site)[0]
    found["socketio"] = fetch(f"{base}/socket.io/?EIO=4&transport=polling", site)[0]
    return found

def nginx_workers():
    """Their process ids, and those of them that still take connections."""
    found, taking = set(), set()
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as file:
                title = file.read()
        except OSError:
            continue
        if title.startswith(b"nginx: worker process"):
            found.add(path)
            if b"shutting down" not in title:
                taking.add(path)
    return found, taking

HOSTS_MARK = " # de-build\n"

def name_hosts(addresses):
    """Names win over those that the engine knows, until the container is started again."""
    with open("/etc/hosts", "r+") as file:
        lines = [line for line in file if not line.endswith(HOSTS_MARK)]
        lines += [f"{address} {name}{HOSTS_MARK}" for name, found in addresses.items() for address in found]
        file.seek(0)
        file.write("".join(lines))
        file.truncate()

def pin_assets():
    """Every container that starts makes the link sites/assets again; nginx must not look there meanwhile."""
    folder = os.path.realpath("sites/assets")
    if os.path.basename(folder) != "assets" or folder == os.path.abspath("sites/assets"):
        return
    for path in glob.glob("/etc/nginx/conf.d/*.conf"):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        pinned = re.sub(r"location /assets\s*\{(?!\s*(?:root|alias)\b)", lambda found: f"{found.group(0)} root {os.path.dirname(folder)};", text)
        if pinned == text:
            continue
        with open(path, "w", encoding="utf-8") as file:
            file.write(pinned)
        if subprocess.run(["nginx", "-t"], stdin=subprocess.DEVNULL, capture_output=True).returncode:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)

def reload_nginx(addresses):
    """nginx looks up the addresses of its upstreams when it starts or reloads; its old workers end what they began."""
    pin_assets()
    name_hosts(json.loads(addresses))
    before, _ = nginx_workers()
    done = subprocess.run(["nginx", "-s", "reload"], stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode:
        raise SystemExit(done.stderr.decode("utf-8", "replace").strip())
    end = clock.monotonic() + 10
    while clock.monotonic() < end:
        _, taking = nginx_workers()
        if taking and not taking & before:
            return {}
        clock.sleep(0.05)
    raise SystemExit("its workers were not replaced within 10 s")

def bundles():
    """The files that pages name by their hash, as bench lists them, below the folder of the assets."""
    folder = os.path.realpath("sites/assets")
    named = set()
    for path in glob.glob(f"{folder}/assets*.json"):
        named.update(str(one).removeprefix("/assets/") for one in read_json(path).values())
    return {"folder": folder, "files": sorted(name for name in named if os.path.isfile(f"{folder}/{name}"))}

def pack_bundles(names):
    with tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as tar:
        for name in json.loads(names):
            tar.add(f"{os.path.realpath('sites/assets')}/{name}", name)
    sys.stdout.flush()
    raise SystemExit(0)

def set_maintenance(names, state):
    """As bench does it, but whole: a server that reads the file meanwhile never finds half of it."""
    for site in json.loads(names):
        path = f"sites/{site}/site_config.json"
        config = read_json(path)
        config["maintenance_mode"] = int(state)
        with open(f"{path}.new", "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            json.dump(config, file, indent=1, sort_keys=True)
        shutil.copymode(path, f"{path}.new")
        os.replace(f"{path}.new", path)
    return {}

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

def write_apps(text):
    with open("sites/apps.txt", "w", encoding="utf-8") as file:
        file.write(text)
    return {}

def app_list():
    try:
        with open("sites/apps.txt", encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""

def forget(site):
    if os.path.exists(f"sites/{site}/touched_tables.json"):
        os.remove(f"sites/{site}/touched_tables.json")
    return {}

def time(site):
    """In the time zone of the site, as Frappe writes it into its rows."""
    rows = query(site, "select value from tabSingles where doctype = 'System Settings' and field = 'time_zone'") if has_table(site, "tabSingles") else []
    try:
        zone = zoneinfo.ZoneInfo(rows[0][0]) if rows else None
    except Exception:
        zone = None
    return {"time": datetime.datetime.now(zone).strftime("%Y-%m-%d %H:%M:%S.%f")}

ACTIONS = {
    "describe": lambda: describe(),
    "dump": lambda site: dump(site),
    "restore": lambda site, path, only: restore(site, path, json.loads(only)),
    "disconnect": lambda site: disconnect(site),
    "rows": lambda site: rows(site),
    "common": lambda: COMMON,
    "touched": lambda site: touched(site),
    "lost": lambda site, since: lost(site, since),
    "probe": lambda base, site: probe(base, site),
    "try-queues": lambda site, queues, seconds: try_queues(site, queues, seconds),
    "scheduler-off": lambda site: scheduler_off(site),
    "patches": lambda site: site_patches(site),
    "log-patch": lambda site, patch, note: log_patch(site, patch, note),
    "maintenance": lambda names, state: set_maintenance(names, state),
    "status": lambda url, site: {"status": fetch(url, site)[0]},
    "reload-nginx": lambda addresses: reload_nginx(addresses),
    "bundles": lambda: bundles(),
    "pack-bundles": lambda names: pack_bundles(names),
    # As the configurator of frappe_docker does it.
    "apps": lambda: write_apps("".join(f"{app}\n" for app in image_apps())),
    "forget": lambda site: forget(site),
    "write-apps": lambda text: write_apps(text),
    "time": lambda site: time(site),
    "config": lambda site: read_json(f"sites/{site}/site_config.json"),
}
print(json.dumps(ACTIONS[sys.argv[1]](*sys.argv[2:])))
`;
