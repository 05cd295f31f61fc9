"""What a page, a job and the scheduler call."""

import time

import frappe


@frappe.whitelist()
def log_later(queue="default", seconds="0"):
    """Adds a Work Log by a job, which takes this long."""
    frappe.enqueue("mini_erp.api.log_work", queue=queue, source=queue, seconds=float(seconds))
    return queue


def log_work(source, seconds=0.0):
    time.sleep(seconds)
    frappe.db.insert("Work Log", {"source": source})


def log_tick():
    log_work("scheduler")
