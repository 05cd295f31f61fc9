"""A stand-in for Frappe 15: a few of its names, with what they do to files, MariaDB and Redis.

The working directory is `sites`, as under bench. The state of a request, a job or a command is `local`, one per thread.
"""

import importlib
import json
import os
import sys
import threading

from frappe.database import Database

local = threading.local()
PER_SITE = ("db", "conf", "site", "flags")


class Flags(dict):
    __getattr__ = dict.get
    __setattr__ = dict.__setitem__


class SiteNotFound(Exception):
    pass


class SessionStopped(Exception):
    pass


def __getattr__(name):
    if name in PER_SITE:
        return getattr(local, name)
    raise AttributeError(f"module 'frappe' has no attribute '{name}'")


def init(site):
    """Reads the site's configuration and makes the apps of the bench importable."""
    if not os.path.exists(f"{site}/site_config.json"):
        raise SiteNotFound(f"Site {site} does not exist!")
    local.site, local.flags, local.conf = site, Flags(), get_conf(site)
    for app in get_all_apps():
        folder = os.path.realpath(f"../apps/{app}")
        if app != "frappe" and folder not in sys.path:
            sys.path.append(folder)


def connect(site=None):
    if site:
        init(site)
    local.db = Database(local.conf)


def destroy():
    if getattr(local, "db", None):
        local.db.close()
    local.__dict__.clear()


def get_conf(site=None):
    conf = read_json("common_site_config.json")
    return {**conf, **read_json(f"{site}/site_config.json")} if site else conf


def read_json(path):
    if not os.path.exists(path):
        return {}
    with open(path) as file:
        return json.load(file)


def write_json(path, value):
    with open(path, "w") as file:
        json.dump(value, file, indent=1, sort_keys=True)


def update_config(path, key, value):
    """`None` removes the key."""
    config = read_json(path)
    if value is None:
        config.pop(key, None)
    else:
        config[key] = value
    write_json(path, config)


def get_sites():
    return sorted(name for name in os.listdir(".") if os.path.exists(f"{name}/site_config.json"))


def get_all_apps():
    """Those of apps.txt, frappe first."""
    with open("apps.txt") as file:
        apps = file.read().split()
    return sorted(apps, key=lambda app: app != "frappe")


def get_installed_apps():
    rows = local.db.sql("select app_name from `tabInstalled Application` order by idx", pluck=True)
    return [app for app in rows if app in get_all_apps()]


def get_app_version(app):
    with open(f"../apps/{app}/{app}/__init__.py") as file:
        return file.read().split('__version__ = "')[1].split('"')[0]


def get_hooks(name, app=None):
    found = []
    for each in [app] if app else get_installed_apps():
        if each != "frappe":
            value = getattr(importlib.import_module(f"{each}.hooks"), name, [])
            found += value if isinstance(value, list) else [value]
    return found


def get_attr(path):
    module, name = path.rsplit(".", 1)
    return getattr(importlib.import_module(module), name)


def whitelist():
    """Such a function may be called as /api/method/PATH."""

    def mark(function):
        function.is_whitelisted = True
        return function

    return mark


def ping():
    return "pong"


def redis(which):
    from redis import Redis

    return Redis.from_url(get_conf()[f"redis_{which}"])


def clear_cache():
    """Forgets which hashed bundles to serve, for all sites: the key has no prefix."""
    redis("cache").delete("assets_json")


def enqueue(method, queue="default", at_front=False, **kwargs):
    from frappe.jobs import enqueue

    return enqueue(local.site, method, queue, kwargs, at_front)
