/**
 * What de-build asks of a bench, as a program that runs in a container of the site's image; it needs Python's own library and
 * MariaDB's client. It prints one JSON document, or with `dump` a packed dump. Passwords go from site_config.json to the
 * client through a pipe: never to argv, the environment or a file.
 */
export const BENCH_TOOL = String.raw`
import datetime, glob, gzip, hashlib, json, os, re, shutil, subprocess, sys, urllib.request, urllib.error, zoneinfo

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

def describe_site(site):
    config = config_of(site)
    kind = config.get("db_type") or "mariadb"
    described = {"name": site, "database": kind, "maintenance": bool(config.get("maintenance_mode")), "readsAllowed": bool(config.get("allow_reads_during_maintenance"))}
    if kind != "mariadb":
        return described
    installed = installed_apps(site)
    done = {row[0] for row in query(site, "select patch from \x60tabPatch Log\x60 where coalesce(skipped, 0) = 0")} if has_table(site, "tabPatch Log") else set()
    hashes = {}
    if has_table(site, "tabDocType"):
        hashes = {row[0]: row[1] for row in query(site, "select name, coalesce(migration_hash, '') from tabDocType")}
    patches, doctypes = [], []
    for app, folder in packages().items():
        if installed and app not in installed:
            continue
        patches += [{"app": app, "patch": patch} for patch in patches_of(f"{folder}/patches.txt") if patch not in done]
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
    # As the configurator of frappe_docker does it.
    "apps": lambda: write_apps("".join(f"{app}\n" for app in image_apps())),
    "forget": lambda site: forget(site),
    "write-apps": lambda text: write_apps(text),
    "time": lambda site: time(site),
    "config": lambda site: read_json(f"sites/{site}/site_config.json"),
}
print(json.dumps(ACTIONS[sys.argv[1]](*sys.argv[2:])))
`;
