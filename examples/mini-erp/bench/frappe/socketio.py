"""A stand-in for Frappe's socketio.js: answers a client's first request. As PID 1 it ignores SIGTERM."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import frappe


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        is_known = self.path.startswith("/socket.io/?") and "EIO=4" in self.path and "transport=polling" in self.path
        opened = {"sid": uuid4().hex, "upgrades": ["websocket"], "pingInterval": 25000, "pingTimeout": 20000}
        content = f"0{json.dumps(opened)}" if is_known else json.dumps({"code": 0, "message": "Transport unknown"})
        self.send_response(200 if is_known else 400)
        self.send_header("Content-Type", "text/plain; charset=UTF-8" if is_known else "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content.encode())

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    os.chdir("sites")
    ThreadingHTTPServer(("0.0.0.0", int(frappe.get_conf()["socketio_port"])), Handler).serve_forever()
