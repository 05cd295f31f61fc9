"""`bench new-site` and `bench restore`: what needs the database's root."""

import getpass
import gzip
import hashlib
import os
import secrets
import subprocess
import sys

import frappe
from frappe import backup, migrate, patches, schema
from frappe.database import connect_server

FOLDERS = ("public/files", "private/files", "private/backups", "locks", "logs")


def new_site(site, options):
    if os.path.exists(f"{site}/site_config.json"):
        print(f"Site {site} already exists")
        raise SystemExit(1)
    for folder in FOLDERS:
        os.makedirs(f"{site}/{folder}", exist_ok=True)
    name = "_" + hashlib.sha1(site.encode()).hexdigest()[:16]
    config = {"db_name": name, "db_password": secrets.token_urlsafe(12), "db_type": "mariadb"}
    config["encryption_key"] = secrets.token_urlsafe(32)
    frappe.write_json(f"{site}/site_config.json", config)
    host = "%" if options.no_mariadb_socket else options.mariadb_user_host_login_scope
    create_database(frappe.get_conf(site), options.db_root_password, host)
    frappe.connect(site)
    schema.create_own_tables()
    frappe.db.set_single_value("System Settings", "enable_scheduler", "1")
    install_apps(["frappe", *options.install_app])
    if options.set_default:
        frappe.update_config("common_site_config.json", "default_site", site)
    print(f"*** Scheduler is enabled ***\nSite {site} has been created")


def install_apps(apps):
    """The patches that an app has by now count as done."""
    installed = frappe.get_installed_apps()
    migrate.sync_installed_applications([*installed, *(app for app in apps if app not in installed)])
    for app in apps:
        print(f"\nInstalling {app}...")
        schema.sync_app(app)
        for patch in patches.patches_of(app):
            patches.log_patch(patch)
    migrate.sync_jobs()
    frappe.db.commit()


def restore(site, options):
    """Drops the database and its user, and binds the new user to the address of this one container."""
    frappe.init(site)
    with gzip.open(options.file, "rt", errors="replace") as file:
        if any("is_partial = True" in file.readline() for _ in range(5)):
            print("Partial Backup file detected. You cannot use a partial file to restore a Frappe site.")
            raise SystemExit(1)
    create_database(frappe.conf, options.db_root_password or ask_password(), None)
    print("Restoring Database file...")
    backup.load(options.file)
    for archive in filter(None, (options.with_public_files, options.with_private_files)):
        subprocess.run(["tar", "xf", archive], check=True)
    frappe.clear_cache()
    files = " with files" if options.with_public_files or options.with_private_files else ""
    print(f"Site {site} has been restored{files}")


def ask_password():
    if not sys.stdin.isatty():
        print("MySQL root password: ", end="")
        return sys.stdin.readline().strip()
    return getpass.getpass("MySQL root password: ")


def create_database(conf, root_password, host):
    connection = connect_server(conf, "root", root_password)
    with connection, connection.cursor() as cursor:
        if host is None:
            cursor.execute("select user()")
            host = cursor.fetchone()[0].split("@")[1]
        name = conf["db_name"]
        cursor.execute("select host from mysql.user where user=%s", name)
        for (old,) in cursor.fetchall():
            cursor.execute("drop user %s@%s", (name, old))
        cursor.execute(f"drop database if exists `{name}`")
        cursor.execute(f"create database `{name}` character set utf8mb4 collate utf8mb4_unicode_ci")
        cursor.execute("create user %s@%s identified by %s", (name, host, conf["db_password"]))
        cursor.execute(f"grant all privileges on `{name}`.* to %s@%s", (name, host))
