"""`bench migrate`: no transaction as a whole, no maintenance mode, no worker stopped."""

import fcntl
import os
import time
from contextlib import contextmanager

import frappe
from frappe import patches, schema


def migrate(site, skip_failing=False):
    frappe.init(site)
    check_services()
    frappe.connect(site)
    with file_lock("bench_migrate", seconds=1):
        frappe.clear_cache()
        remove_touched_tables()
        try:
            run_hooks("before_migrate")
            patches.run_all(patches.PRE, skip_failing)
            for app in frappe.get_installed_apps():
                schema.sync_app(app)
            patches.run_all(patches.POST, skip_failing)
            sync_jobs()
            sync_installed_applications(frappe.get_installed_apps())
            run_hooks("after_migrate")
            frappe.db.commit()
        finally:
            frappe.write_json(touched_tables_file(), sorted(frappe.db.touched_tables))
            print(f"Queued rebuilding of search index for {site}")
            frappe.destroy()


def check_services():
    """Neither is waited for."""
    missing = []
    for name, ask in {"redis_cache": lambda: frappe.redis("cache").ping(), "db": ask_database}.items():
        try:
            ask()
        except Exception:
            missing.append(name)
    if missing:
        print(f"Service {', '.join(missing)} is not running. Start them and try again.")
        raise SystemExit(1)


def ask_database():
    frappe.connect(frappe.site)
    frappe.local.db.close()


@contextmanager
def file_lock(name, seconds):
    path = f"{frappe.site}/locks/{name}.lock"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "a") as file:
        end = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    raise TimeoutError(f"Failed to acquire lock: {name}. You may have to delete {path}") from None
                time.sleep(0.05)
        yield


def touched_tables_file():
    return f"{frappe.site}/touched_tables.json"


def remove_touched_tables():
    if os.path.exists(touched_tables_file()):
        os.remove(touched_tables_file())


def run_hooks(name):
    for path in frappe.get_hooks(name):
        frappe.get_attr(path)()


def sync_jobs():
    frappe.db.sql("delete from `tabScheduled Job Type`")
    for events in frappe.get_hooks("scheduler_events"):
        for frequency, methods in events.items():
            for method in methods:
                frappe.db.insert("Scheduled Job Type", {"name": method, "method": method, "frequency": frequency})


def sync_installed_applications(apps):
    states = frappe.read_json("apps.json")
    frappe.db.sql("delete from `tabInstalled Application`")
    for number, app in enumerate(apps, 1):
        branch = states.get(app, {}).get("resolution", {}).get("branch", "version-15")
        row = {"name": app, "app_name": app, "app_version": frappe.get_app_version(app), "git_branch": branch}
        frappe.db.insert("Installed Application", {**row, "idx": number})
