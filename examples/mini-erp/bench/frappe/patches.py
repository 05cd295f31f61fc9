"""Reads patches.txt and runs what the site's Patch Log does not name yet."""

import configparser
import os
import time
import traceback

import frappe

PRE, POST = "pre_model_sync", "post_model_sync"


def run_all(section, skip_failing):
    executed = set(frappe.db.sql("select patch from `tabPatch Log` where skipped=0", pluck=True))
    final = []
    for patch in get_all_patches(section):
        if patch in executed:
            continue
        if patch.startswith("finally:"):
            final.append(patch.removeprefix("finally:"))
        else:
            run_patch(patch, skip_failing)
    for patch in final:
        if patch not in executed:
            run_patch(patch, skip_failing)


def run_patch(patch, skip_failing):
    try:
        execute_patch(patch)
    except Exception:
        if not skip_failing:
            raise
        print("Failed to execute patch")
        failure = traceback.format_exc()
        print(f"{failure}\n")
        log_patch(patch, failure)
        frappe.db.commit()


def execute_patch(patch):
    code = patch.removeprefix("execute:")
    # A module that can't be imported fails before its line.
    function = frappe.get_attr(f"{patch.split(maxsplit=1)[0]}.execute") if code == patch else None
    docstring = f"\n\t{function.__doc__.strip()}" if function and function.__doc__ else ""
    print(f"Executing {patch} in {frappe.site} ({frappe.db.cur_db_name}){docstring}")
    started = time.time()
    frappe.db.begin()
    try:
        function() if function else exec(code, {"frappe": frappe})
        log_patch(patch)
    except Exception:
        frappe.db.rollback()
        raise
    frappe.db.commit()
    print(f"Success: Done in {round(time.time() - started, 3)}s")


def log_patch(patch, failure=None):
    frappe.db.sql("delete from `tabPatch Log` where patch=%s", patch)
    frappe.db.insert("Patch Log", {"patch": patch, "skipped": int(failure is not None), "traceback": failure})


def get_all_patches(section=None):
    return [patch for app in frappe.get_installed_apps() for patch in patches_of(app, section)]


def patches_of(app, section=None):
    path = f"../apps/{app}/{app}/patches.txt"
    if not os.path.exists(path):
        return []
    parser = configparser.ConfigParser(allow_no_value=True, delimiters="\n")
    parser.optionxform = str
    try:
        parser.read(path)
    except configparser.MissingSectionHeaderError:
        with open(path) as file:
            lines = [line.strip() for line in file]
        return [line for line in lines if line and not line.startswith("#")] if section != POST else []
    if not parser.sections():
        return []
    return [patch for name in (PRE, POST) if section in (None, name) for patch in parser[name]]
