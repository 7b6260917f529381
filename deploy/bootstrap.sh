#!/bin/sh
# Finds a Python that is new enough (the project's own, once it exists) and hands over to deploy/bootstrap.py.
cd "$(dirname "$0")/.." || exit 1
unset PYTHONDONTWRITEBYTECODE PYTHONHOME PYTHONPATH VIRTUAL_ENV

for python in .venv/bin/python python3 python3.14 python3.13 python3.12 python3.11; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        exec "$python" -m deploy.bootstrap "$@"
    fi
done
echo "Z2 needs Python 3.11 or newer on the PATH; found: $(python3 --version 2>/dev/null || echo none)." \
    "Install one, e.g.: apt-get install python3 python3-venv (Debian 12, Ubuntu 24.04 or newer)" >&2
exit 1
