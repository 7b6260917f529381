"""Brings a fresh clone to the point where `z2` runs: Python packages, page, and for tests a browser.

Knows the standard library only. Does nothing, quickly, where everything is in place.
"""

import argparse
import fcntl
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from deploy import browser, locks, openid_provider, packages, page
from deploy.steps import StepError, say

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    wish = _arguments()
    try:
        with (ROOT / "deploy" / "bootstrap.py").open() as guard:
            fcntl.flock(guard, fcntl.LOCK_EX)
            _carry_out(wish)
    except StepError as problem:
        say(f"✗ {problem}")
        return 1
    except PermissionError as problem:
        say(f"✗ {problem.filename} belongs to someone else: run as its owner, or in a clone of your own.")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bootstrap", description=__doc__)
    parser.add_argument("what", choices=["run", "test", "check", "lock"])
    parser.add_argument("--upgrade", action="store_true", help="with lock: move to the newest versions")
    return parser.parse_args()


def _carry_out(wish: argparse.Namespace) -> None:
    if wish.what == "lock":
        locks.recompile(ROOT, packages.uv(ROOT), upgrade=wish.upgrade)
        return
    changed = packages.install(ROOT, packages.RUN if wish.what == "run" else packages.DEV)
    if wish.what != "run":
        page.install(ROOT, tools=True)
    if wish.what != "check":
        _both(lambda: page.build(ROOT), lambda: packages.warm_up(ROOT) if changed else None)
    if wish.what == "test":
        openid_provider.install(ROOT)
        browser.install()


def _both(first: Callable[[], None], second: Callable[[], None]) -> None:
    """Side by side: one waits for Node, the other for Python."""
    beside = threading.Thread(target=second)
    beside.start()
    try:
        first()
    finally:
        beside.join()


if __name__ == "__main__":
    sys.exit(main())
