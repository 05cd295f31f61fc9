"""Background jobs over rq, the scheduler, and what tells of both."""

import os
import time
from datetime import datetime

import frappe

TIMEOUTS = {"short": 300, "default": 300, "long": 1500}


def queue_name(queue):
    bench = os.path.realpath("..").strip("/").replace("/", "-")
    return f"{frappe.get_conf().get('bench_id', bench)}:{queue}"


def queues(names=TIMEOUTS):
    from rq import Queue

    connection = frappe.redis("queue")
    return [Queue(queue_name(name), connection=connection) for name in names]


def enqueue(site, method, queue, kwargs, at_front=False):
    (found,) = queues([queue])
    job = {"site": site, "method": method, "queue": queue, "kwargs": kwargs}
    return found.enqueue_call(execute_job, kwargs=job, timeout=TIMEOUTS[queue], at_front=at_front)


def execute_job(site, method, queue, kwargs):
    frappe.connect(site)
    try:
        frappe.get_attr(method)(**kwargs)
        frappe.db.commit()
    finally:
        frappe.destroy()


def work(names):
    """SIGTERM finishes the running job, then ends the worker."""
    from rq import Worker

    found = queues(names.split(","))
    Worker(found, connection=found[0].connection).work(logging_level="WARNING")


def schedule():
    """Has no handler for SIGTERM: as PID 1 it ignores it."""
    while True:
        for site in frappe.get_sites():
            try:
                enqueue_scheduled(site)
            except Exception as error:
                print(f"{site}: {error}", flush=True)
            finally:
                frappe.destroy()
        time.sleep(int(frappe.get_conf().get("scheduler_tick_interval", 60)))


def enqueue_scheduled(site):
    frappe.connect(site)
    if is_scheduler_inactive():
        return
    for method in frappe.db.sql("select method from `tabScheduled Job Type` where frequency='all'", pluck=True):
        frappe.enqueue("frappe.jobs.run_scheduled", event=method)


def run_scheduled(event):
    frappe.get_attr(event)()
    frappe.db.insert("Scheduled Job Log", {"scheduled_job_type": event, "status": "Complete"})


def is_scheduler_inactive():
    conf = frappe.conf
    return bool(conf.get("maintenance_mode") or conf.get("pause_scheduler") or is_scheduler_disabled())


def is_scheduler_disabled():
    return frappe.db.get_single_value("System Settings", "enable_scheduler") != "1"


def pending_jobs(site):
    return [job for queue in queues() for job in queue.jobs if job.kwargs.get("site") == site]


def tell_doctor(site):
    from rq import Worker

    frappe.connect(site)
    print("-----Checking scheduler status-----")
    print(f"Scheduler {'inactive' if is_scheduler_inactive() else 'active'} for {site}")
    workers = Worker.all(connection=frappe.redis("queue"))
    print(f"Workers online: {len(workers)}")
    print(f"-----{site} Jobs-----")
    for job in pending_jobs(site):
        print(f"{job.kwargs['queue']}: {job.kwargs['method']} since {job.enqueued_at or datetime.now()}")
