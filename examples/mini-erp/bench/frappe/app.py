"""The web server's application: `gunicorn frappe.app:application`, in the folder `sites`."""

import html
import json
from urllib.parse import parse_qsl, unquote
from wsgiref.simple_server import make_server

import frappe

READS = ("GET", "HEAD", "OPTIONS")
TEXT = {200: "200 OK", 404: "404 Not Found", 403: "403 Forbidden", 500: "500 Internal Server Error"}
UPDATING = "The system is being updated. Please refresh again after a few moments."


class NotFound(Exception):
    pass


def application(environ, start_response):
    host = environ.get("HTTP_X_FRAPPE_SITE_NAME") or environ.get("HTTP_HOST", "").split(":")[0]
    status, kind, body = answer(host, environ)
    content = body.encode()
    headers = [("Content-Type", f"{kind}; charset=utf-8"), ("Content-Length", str(len(content)))]
    start_response({503: "503 Service Unavailable", **TEXT}[status], headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [content]


def answer(site, environ):
    try:
        frappe.init(site)
        refuse_in_maintenance(environ["REQUEST_METHOD"])
        frappe.connect(site)
        found = handle(environ)
        frappe.db.commit()
        return found
    except frappe.SessionStopped:
        return 503, "text/html", page("Updating", UPDATING)
    except (frappe.SiteNotFound, NotFound) as error:
        return 404, "text/html", page("Not Found", str(error) or f"{site} does not exist")
    except PermissionError as error:
        return 403, "text/html", page("Not Permitted", str(error))
    except Exception as error:
        print(f"{site} {environ['PATH_INFO']}: {error!r}", flush=True)
        return 500, "application/json", json.dumps({"exc_type": type(error).__name__})
    finally:
        frappe.destroy()


def refuse_in_maintenance(method):
    """Read at each request; all paths are refused, the ping too."""
    conf = frappe.conf
    if conf.get("maintenance_mode") and not (conf.get("allow_reads_during_maintenance") and method in READS):
        raise frappe.SessionStopped


def handle(environ):
    parts = [unquote(part) for part in environ["PATH_INFO"].strip("/").split("/")]
    values = dict(parse_qsl(environ.get("QUERY_STRING", "")))
    if parts[:2] == ["api", "method"] and len(parts) == 3:
        return as_json({"message": call(parts[2], values)})
    if parts[:2] == ["api", "resource"] and len(parts) in (3, 4):
        return as_json({"data": resource(environ, *parts[2:])})
    if parts in ([""], ["app"], ["login"]):
        return 200, "text/html", home()
    raise NotFound(environ["PATH_INFO"])


def call(path, values):
    if path in ("ping", "frappe.ping"):
        return frappe.ping()
    function = frappe.get_attr(path)
    if not getattr(function, "is_whitelisted", False):
        raise PermissionError(f"Function {path} is not whitelisted.")
    return function(**values)


def resource(environ, doctype, name=None):
    table = f"tab{doctype}"
    if table not in frappe.db.get_tables():
        raise NotFound(f"DocType {doctype}")
    if environ["REQUEST_METHOD"] == "POST":
        content = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        return frappe.db.insert(doctype, json.loads(content or b"{}"))
    where, values = ("where name=%s", name) if name else ("", None)
    rows = frappe.db.sql(f"select * from `{table}` {where} order by creation, name", values, as_dict=True)
    if name and not rows:
        raise NotFound(f"{doctype} {name}")
    return rows[0] if name else rows


def home():
    bundles = [path for name, path in sorted(get_assets_json().items()) if name.endswith(".js")]
    scripts = "".join(f'<script src="{html.escape(path)}"></script>\n' for path in bundles)
    doctypes = frappe.db.sql("select count(*) from `tabDocType`", pluck=True)[0]
    return page(frappe.site, f"{doctypes} DocTypes", scripts)


def get_assets_json():
    """From Redis, where a server that still runs on the old image may have put the old one's."""
    cache = frappe.redis("cache")
    kept = cache.get("assets_json")
    if kept is None:
        with open("assets/assets.json") as file:
            kept = file.read()
        cache.set("assets_json", kept)
    return json.loads(kept)


def page(title, text, scripts=""):
    title, text = html.escape(title), html.escape(text)
    return f"<!DOCTYPE html>\n<title>{title}</title>\n{scripts}<h1>{title}</h1>\n<p>{text}</p>\n"


def as_json(value):
    return 200, "application/json", json.dumps(value, default=str)


def serve(port):
    with make_server("0.0.0.0", port, application) as server:
        server.serve_forever()
