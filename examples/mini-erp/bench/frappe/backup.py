"""`bench backup`, and loading what it made."""

import glob
import os
import shutil
import subprocess
import time
from datetime import datetime

import frappe

KEPT_HOURS = 24


def backup(site, options):
    """Files of the site's own folder that are older than a day go first, whatever they are."""
    frappe.connect(site)
    delete_old_backups(f"{site}/private/backups")
    conf = {} if options.ignore_backup_conf else frappe.conf.get("backup", {})
    folder = options.backup_path or f"./{site}/private/backups"
    os.makedirs(folder, exist_ok=True)
    stem = f"{folder}/{datetime.now():%Y%m%d_%H%M%S}-{site.replace('.', '_')}"
    made = {"Config": f"{stem}-site_config_backup.json"}
    shutil.copyfile(f"{site}/site_config.json", made["Config"])
    made["Database"] = f"{stem}{'-partial' if conf else ''}-database.sql.gz"
    dump(made["Database"], tables_to_dump(conf), is_partial=bool(conf))
    if options.with_files:
        ending = "tgz" if options.compress else "tar"
        made["Public"] = f"{stem}-files.{ending}"
        made["Private"] = f"{stem}-private-files.{ending}"
        for kind in ("public", "private"):
            flags = "czf" if options.compress else "cf"
            subprocess.run(["tar", flags, made[kind.title()], f"./{site}/{kind}/files"], check=True)
    print(f"Backup Summary for {site} at {datetime.now()}")
    for kind, path in made.items():
        print(f"{kind:<8}: {path} {os.path.getsize(path) / 1024:.1f}KiB")
    files = " with files" if options.with_files else ""
    print(f"Backup for Site {site} has been successfully completed{files}")


def delete_old_backups(folder):
    hours = frappe.conf.get("keep_backups_for_hours", KEPT_HOURS)
    for path in glob.glob(f"{folder}/*"):
        if os.path.getmtime(path) < time.time() - hours * 3600:
            os.remove(path)


def tables_to_dump(conf):
    tables = frappe.db.get_tables()
    included = [f"tab{name}" for name in conf.get("includes", [])]
    excluded = [f"tab{name}" for name in conf.get("excludes", [])]
    return [table for table in tables if table not in excluded and (not included or table in included)]


def dump(path, tables, is_partial):
    version = frappe.get_app_version("frappe")
    lines = ["begin frappe metadata", "[frappe]", f"version = {version}", f"is_partial = {is_partial}"]
    header = "".join(f"-- {line}\n" for line in [*lines, "end frappe metadata"])
    command = ["mariadb-dump", *client_options(), "--single-transaction", "--quick", "--lock-tables=false"]
    script = 'set -o pipefail; { printf %s "$0"; "$@"; } | gzip > "$TO"'
    environment = {**client_environment(), "TO": path}
    subprocess.run(["bash", "-c", script, header, *command, frappe.conf["db_name"], *tables], env=environment, check=True)


def load(path):
    script = 'set -o pipefail; gunzip -c "$0" | "$@"'
    command = ["mariadb", *client_options(), frappe.conf["db_name"]]
    subprocess.run(["bash", "-c", script, path, *command], env=client_environment(), check=True)


def client_options():
    conf = frappe.conf
    return [f"--user={conf['db_name']}", f"--host={conf['db_host']}", f"--port={conf.get('db_port', 3306)}"]


def client_environment():
    return {**os.environ, "MYSQL_PWD": frappe.conf["db_password"]}
