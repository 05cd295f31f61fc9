/** The database of a site, through MariaDB's client as the site's own user. Python. */
export const DATABASE = String.raw`
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

def forget(site):
    if os.path.exists(f"sites/{site}/touched_tables.json"):
        os.remove(f"sites/{site}/touched_tables.json")
    return {}

def lost(site, since):
    """Rows that were written since, for each table; deleted ones can't be counted."""
    written = []
    for (table,) in query(site, "select table_name from information_schema.columns where table_schema = database() and column_name = 'modified' order by table_name"):
        created, changed = query(site, f"select coalesce(sum(creation >= '{since}'), 0), coalesce(sum(creation < '{since}'), 0) from \x60{table}\x60 where modified >= '{since}'")[0]
        if int(created) or int(changed):
            written.append({"table": table, "created": int(created), "modified": int(changed)})
    return {"written": written}

def time(site):
    """In the time zone of the site, as Frappe writes it into its rows."""
    rows = query(site, "select value from tabSingles where doctype = 'System Settings' and field = 'time_zone'") if has_table(site, "tabSingles") else []
    try:
        zone = zoneinfo.ZoneInfo(rows[0][0]) if rows else None
    except Exception:
        zone = None
    return {"time": datetime.datetime.now(zone).strftime("%Y-%m-%d %H:%M:%S.%f")}
`;
