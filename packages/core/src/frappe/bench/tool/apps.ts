/** The apps of the image and of each site: their patches and doctypes. Python. */
export const APPS = String.raw`
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
`;
