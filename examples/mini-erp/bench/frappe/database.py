"""A site's database. MariaDB commits at every statement that changes a schema."""

import re
from datetime import datetime
from uuid import uuid4

import pymysql

WRITES = ("insert", "update", "delete", "alter", "drop", "rename")
TABLE = re.compile(r"""([`"]?)(tab[A-Z]\w+)\1|([`"])(tab[A-Z]\w+(?: [A-Z]\w+)+)\3""")


class Database:
    def __init__(self, conf):
        self.cur_db_name = conf["db_name"]
        self.touched_tables = set()
        self.connection = connect_server(conf, conf["db_name"], conf["db_password"], conf["db_name"])

    def sql(self, query, values=None, as_dict=False, pluck=False):
        self.note_touched_tables(query)
        with self.connection.cursor(pymysql.cursors.DictCursor if as_dict else None) as cursor:
            cursor.execute(query, values)
            rows = list(cursor.fetchall())
        return [row[0] for row in rows] if pluck else rows

    def sql_ddl(self, query):
        self.commit()
        self.sql(query)

    def note_touched_tables(self, query):
        """As Frappe does: by the text, and not for a `create`."""
        if query.split(maxsplit=1)[0].lower() in WRITES:
            self.touched_tables |= {short or long for _, short, _, long in TABLE.findall(query)}

    def begin(self):
        self.connection.begin()

    def commit(self):
        self.connection.commit()

    def rollback(self):
        self.connection.rollback()

    def close(self):
        self.connection.close()

    def get_tables(self):
        return self.sql("show tables", pluck=True)

    def get_columns(self, table):
        """Name -> type."""
        return {row[0]: row[1] for row in self.sql(f"show columns from `{table}`")}

    def insert(self, doctype, row):
        now = datetime.now()
        row = {"name": uuid4().hex[:10], "creation": now, "modified": now, **row}
        columns = ", ".join(f"`{name}`" for name in row)
        places = ", ".join(["%s"] * len(row))
        self.sql(f"insert into `tab{doctype}` ({columns}) values ({places})", list(row.values()))
        return row

    def get_single_value(self, doctype, field):
        found = self.sql(
            "select value from `tabSingles` where doctype=%s and field=%s", (doctype, field), pluck=True
        )
        return found[0] if found else None

    def set_single_value(self, doctype, field, value):
        self.sql("delete from `tabSingles` where doctype=%s and field=%s", (doctype, field))
        self.sql("insert into `tabSingles` (doctype, field, value) values (%s, %s, %s)", (doctype, field, value))


def connect_server(conf, user, password, database=None):
    return pymysql.connect(
        host=conf.get("db_host", "127.0.0.1"),
        port=int(conf.get("db_port", 3306)),
        user=user,
        password=password,
        database=database,
        charset="utf8mb4",
        connect_timeout=10,
    )
