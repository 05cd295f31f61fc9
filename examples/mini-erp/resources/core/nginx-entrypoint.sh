#!/bin/bash
# Fills nginx's template and starts it. There is no exec, as in frappe_docker: this shell is PID 1 and ignores SIGTERM.
conf=$(</templates/nginx/frappe.conf.template)
conf=${conf//BACKEND/${BACKEND:-0.0.0.0:8000}}
conf=${conf//SOCKETIO/${SOCKETIO:-0.0.0.0:9000}}
conf=${conf//SITE_NAME/${FRAPPE_SITE_NAME_HEADER:-\$host}}
echo "$conf" > /etc/nginx/conf.d/frappe.conf

nginx -g 'daemon off;'
