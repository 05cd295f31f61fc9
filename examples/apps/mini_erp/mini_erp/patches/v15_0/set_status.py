import frappe


def execute():
    """Sets the status of orders that have none."""
    frappe.db.sql("update `tabSales Order` set status='Draft' where status is null")
