#!/bin/sh
# Where a real site starts its web server.
echo "Serving $(tr '\n' ' ' < sites/apps.txt)"
exec sleep infinity
