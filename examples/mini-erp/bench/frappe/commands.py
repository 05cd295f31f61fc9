"""The commands of a site: `bench [--site SITE|all] COMMAND`. The working directory is `sites`."""

import argparse
import json
import sys

import frappe
from frappe import backup, jobs, migrate, sites


def main():
    options = parse_options()
    try:
        return options.run(options) or 0
    finally:
        frappe.destroy()


def parse_options():
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--site")
    commands = parser.add_subparsers(required=True)

    def add(name, run, *arguments):
        command = commands.add_parser(name)
        command.set_defaults(run=run)
        for names, settings in arguments:
            command.add_argument(*names.split(), **settings)

    flag, root = {"action": "store_true"}, ("--db-root-password --mariadb-root-password", {})
    add(
        "new-site",
        lambda given: sites.new_site(given.name, given),
        ("name", {}),
        ("--install-app", {"action": "append", "default": []}),
        ("--mariadb-user-host-login-scope", {}),
        *[(name, flag) for name in ("--no-mariadb-socket", "--set-default")],
        *[(name, {}) for name in ("--admin-password", "--db-root-username")],
        root,
    )
    add("migrate", on_each(migrate_site), ("--skip-failing", flag))
    add("set-maintenance-mode", on_first(set_maintenance_mode), ("state", {"choices": ["on", "off"]}))
    add(
        "scheduler",
        on_first(steer_scheduler),
        ("action", {"choices": ["enable", "disable", "pause", "resume", "status"]}),
    )
    add("ready-for-migration", on_first(ready_for_migration))
    add("doctor", on_first(lambda site, _given: jobs.tell_doctor(site)))
    add(
        "backup",
        back_up_each,
        *[(name, flag) for name in ("--with-files", "--compress", "--ignore-backup-conf", "--verbose")],
        ("--backup-path", {}),
    )
    add(
        "restore",
        on_first(sites.restore),
        ("file", {}),
        *[(name, {}) for name in ("--with-public-files", "--with-private-files", "--db-root-username")],
        ("--force", flag),
        root,
    )
    add("list-apps", on_each(list_apps), ("--format -f", {}))
    add("execute", on_each(execute), ("method", {}), ("--kwargs", {"default": "{}"}))
    add("clear-cache", on_each(lambda site, _given: clear_cache(site)))
    add("set-config", set_config, ("key", {}), ("value", {}), ("--global -g", flag), ("--parse -p", flag))
    add("worker", lambda given: jobs.work(given.queue), ("--queue", {"default": "short,default,long"}))
    add("schedule", lambda _given: jobs.schedule())
    add("serve", lambda given: serve(given.port), ("--port", {"type": int, "default": 8000}))
    return parser.parse_args()


def named_sites(options):
    site = options.site or frappe.get_conf().get("default_site")
    found = frappe.get_sites() if site == "all" else [site] if site else []
    if not found:
        print("Please specify --site sitename")
        raise SystemExit(1)
    return found


def on_each(run):
    """Ends with the first site that fails."""

    def run_on_each(options):
        for site in named_sites(options):
            run(site, options)
            frappe.destroy()

    return run_on_each


def on_first(run):
    """Some commands of Frappe take only the first of `--site all`."""
    return lambda options: run(named_sites(options)[0], options)


def migrate_site(site, options):
    print(f"Migrating {site}")
    try:
        migrate.migrate(site, options.skip_failing)
    finally:
        print()


def set_maintenance_mode(site, options):
    frappe.update_config(f"{site}/site_config.json", "maintenance_mode", int(options.state == "on"))


def steer_scheduler(site, options):
    frappe.connect(site)
    action = options.action
    if action in ("pause", "resume"):
        frappe.update_config(f"{site}/site_config.json", "pause_scheduler", int(action == "pause"))
    elif action != "status":
        frappe.db.set_single_value("System Settings", "enable_scheduler", str(int(action == "enable")))
        frappe.db.commit()
    state = {"enable": "enabled", "disable": "disabled", "pause": "paused", "resume": "resumed"}.get(action)
    if state is None:
        paused = frappe.conf.get("maintenance_mode") or frappe.conf.get("pause_scheduler")
        state = "disabled" if jobs.is_scheduler_disabled() else "paused" if paused else "enabled"
        print(f"Scheduler is {state} for site {site}")
    else:
        print(f"Scheduler {state} for site {site}")


def ready_for_migration(site, _options):
    frappe.init(site)
    if jobs.pending_jobs(site):
        print(f"NOT READY for migration: site {site} has pending background jobs")
        return 1
    print(f"READY for migration: site {site} does not have any background jobs")
    return 0


def back_up_each(options):
    """A site that fails does not keep the others from it."""
    failed = False
    for site in named_sites(options):
        try:
            backup.backup(site, options)
        except Exception as error:
            print(f"Backup failed for Site {site}. Database or site_config.json may be corrupted: {error}")
            failed = True
        frappe.destroy()
    return int(failed)


def list_apps(site, options):
    frappe.connect(site)
    rows = frappe.db.sql("select app_name, app_version, git_branch from `tabInstalled Application` order by idx")
    if options.format == "json":
        print(json.dumps({site: [row[0] for row in rows]}))
    else:
        print("\n".join(f"{app:<16} {version} {branch}" for app, version, branch in rows))


def execute(site, options):
    frappe.connect(site)
    result = frappe.get_attr(options.method)(**json.loads(options.kwargs))
    frappe.db.commit()
    if result is not None:
        print(json.dumps(result, default=str))


def clear_cache(site):
    frappe.init(site)
    frappe.clear_cache()


def set_config(options):
    value = json.loads(options.value) if options.parse else options.value
    if getattr(options, "global"):
        return frappe.update_config("common_site_config.json", options.key, value)
    for site in named_sites(options):
        frappe.update_config(f"{site}/site_config.json", options.key, value)


def serve(port):
    from frappe.app import serve

    serve(port)


if __name__ == "__main__":
    sys.exit(main())
