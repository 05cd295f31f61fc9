"""Tables of doctypes: those of Frappe itself, and those that the apps' X/X.json describe."""

import glob
import hashlib
import json
import os

import frappe

STANDARD = (
    "`name` varchar(140) not null primary key, `creation` datetime(6), `modified` datetime(6), "
    "`owner` varchar(140) default 'Administrator', `docstatus` int(1) not null default 0, `idx` int(8) not null default 0"
)
OWN = {
    "tabDocType": "`module` varchar(140), `migration_hash` varchar(140)",
    "tabPatch Log": "`patch` longtext, `skipped` int(1) not null default 0, `traceback` longtext",
    "tabInstalled Application": "`app_name` varchar(140), `app_version` varchar(140), `git_branch` varchar(140)",
    "tabScheduled Job Type": "`method` varchar(140), `frequency` varchar(140)",
    "tabScheduled Job Log": "`scheduled_job_type` varchar(140), `status` varchar(140)",
}
TYPES = {
    "Check": "int(1) not null default 0",
    "Currency": "decimal(21,9) not null default 0",
    "Data": "varchar(140)",
    "Date": "date",
    "Datetime": "datetime(6)",
    "Float": "decimal(21,9) not null default 0",
    "Int": "int(11) not null default 0",
    "Link": "varchar(140)",
    "Long Text": "longtext",
    "Select": "varchar(140)",
    "Small Text": "text",
    "Text": "text",
}


def create_own_tables():
    for table, columns in OWN.items():
        frappe.db.sql_ddl(f"create table `{table}` ({STANDARD}, {columns}) engine=InnoDB")
    frappe.db.sql_ddl("create table `tabSingles` (`doctype` varchar(255), `field` varchar(255), `value` longtext)")


def sync_app(app):
    """Syncs each doctype whose file is another than at the last sync; each commits."""
    paths = doctype_files(app)
    for number, path in enumerate(paths, 1):
        sync_doctype(path)
        frappe.db.commit()
        show_progress(f"Updating DocTypes for {app}", number, len(paths))
    if paths:
        print()


def doctype_files(app):
    files = glob.glob(f"../apps/{app}/{app}/*/doctype/*/*.json")
    return sorted(path for path in files if os.path.basename(path)[:-5] == os.path.basename(os.path.dirname(path)))


def sync_doctype(path):
    with open(path, "rb") as file:
        content = file.read()
    doctype, digest = json.loads(content), hashlib.md5(content).hexdigest()
    name = doctype["name"]
    if frappe.db.sql("select migration_hash from `tabDocType` where name=%s", name, pluck=True) == [digest]:
        return
    frappe.db.sql("delete from `tabDocType` where name=%s", name)
    frappe.db.insert("DocType", {"name": name, "module": doctype.get("module"), "migration_hash": digest})
    wanted = {field["fieldname"]: TYPES[field["fieldtype"]] for field in doctype["fields"] if field["fieldtype"] in TYPES}
    table = f"tab{name}"
    if table not in frappe.db.get_tables():
        columns = "".join(f", `{field}` {kind}" for field, kind in wanted.items())
        return frappe.db.sql_ddl(f"create table `{table}` ({STANDARD}{columns}) engine=InnoDB")
    present = frappe.db.get_columns(table)
    changes = [f"add column `{field}` {kind}" for field, kind in wanted.items() if field not in present]
    changes += [
        f"modify `{field}` {kind}"
        for field, kind in wanted.items()
        if field in present and present[field] != kind.split()[0]
    ]
    if changes:
        frappe.db.sql_ddl(f"alter table `{table}` {', '.join(changes)}")


def show_progress(text, number, total):
    done = int(number / total * 40)
    print(f"\r{text:<35}: [{'=' * done:<40}] {int(number / total * 100)}%", end="", flush=True)
