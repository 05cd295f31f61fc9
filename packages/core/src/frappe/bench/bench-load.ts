import { z } from 'zod';
import type { Containers } from '../../engine/engine.ts';
import { benchToolFailed } from '../../errors/bench-failures.ts';
import { parseJson } from '../../parse-json.ts';

/** A queue of background jobs, as Redis has it. */
export interface JobQueue {
  /** Without the bench's own prefix: `long`. */
  readonly name: string;
  /** Jobs that no worker took yet. */
  readonly waiting: number;
  readonly running: number;
  /** Jobs that failed and are kept; Frappe removes them after a week. */
  readonly failed: number;
  /** Workers that registered for it: the id that their container has as its host name, by default. */
  readonly workers: readonly { readonly host: string; readonly isBusy: boolean }[];
}

/** What a bench has to do, and the room that it has. */
export interface BenchLoad {
  readonly queues: readonly JobQueue[];
  /** Why Redis could not be asked. */
  readonly problem?: string | undefined;
  /** Of the disk with the folder `sites`. */
  readonly freeBytes: number;
  readonly diskBytes: number;
}

const loadSchema = z.object({
  queues: z.array(
    z.object({
      name: z.string(),
      waiting: z.number(),
      running: z.number(),
      failed: z.number(),
      workers: z.array(z.object({ host: z.string(), isBusy: z.boolean() })),
    }),
  ),
  problem: z.string().optional(),
  freeBytes: z.number(),
  diskBytes: z.number(),
}) satisfies z.ZodType<BenchLoad>;

/** Needs Python's own library only. The address of Redis, which may have a password, stays in the container. */
const LOAD_TOOL = String.raw`
import json, os, socket, ssl, urllib.parse

def read_json(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}

CONFIG = read_json("sites/common_site_config.json")
BENCH = CONFIG.get("bench_id") or os.getcwd().strip("/").replace("/", "-")

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
    redis = Redis(CONFIG.get("redis_queue") or "redis://127.0.0.1:11311")
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

disk = os.statvfs("sites")
found = {"queues": [], "freeBytes": disk.f_bavail * disk.f_frsize, "diskBytes": disk.f_blocks * disk.f_frsize}
try:
    found["queues"] = queues()
except OSError as error:
    found["problem"] = error.strerror or str(error) or type(error).__name__
print(json.dumps(found))
`;

/**
 * Reads the queues of a bench and the free space of its sites, in a container that runs it.
 * @throws DeBuildError `bench-tool-failed`, `engine-*`
 */
export async function readBenchLoad(
  containers: Pick<Containers, 'exec'>,
  container: string,
  benchFolder: string,
): Promise<BenchLoad> {
  const command = ['sh', '-c', 'cd "$1" && exec python3 -c "$2"', 'sh', benchFolder, LOAD_TOOL];
  const { exitCode, stdout, stderr } = await containers.exec(container, command);
  if (exitCode !== 0) throw benchToolFailed('load', exitCode, stderr);
  return loadSchema.parse(parseJson(stdout));
}

/** The queues that a command line of a worker names: all of Frappe's where it names none. */
export function queuesOfWorker(line: string): readonly string[] {
  const named = /\s--queue[=\s]+["']?([\w,-]+)/.exec(line)?.[1];
  return named === undefined ? ['short', 'default', 'long'] : named.split(',').filter((name) => name !== '');
}
