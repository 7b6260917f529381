"""The browser for the tests: Chromium as the system packages it, installed where we may."""

import os
import shutil
import subprocess
from pathlib import Path

from deploy.steps import StepError, run, say, step

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def find() -> str | None:
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def install() -> None:
    """Installs Chromium; where we may not, the browser tests are left out, except in CI."""
    if find():
        return
    reason = _try()
    if find():
        return
    if os.environ.get("CI") == "true":
        raise StepError(f"The browser tests need Chromium: {reason}")
    say(f"! The browser tests are left out: {reason}")


def _try() -> str:
    prefix = _as_root()
    if prefix is None or not shutil.which("apt-get"):
        return "install Chromium (Debian: apt-get install chromium)."
    try:
        with step("Chromium for the browser tests"):
            apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
            run([*apt, "update"], cwd=Path("/"))
            run([*apt, "install", "--yes", "--no-install-recommends", "chromium"], cwd=Path("/"))
    except StepError as problem:
        return str(problem)
    return "the package brought no `chromium`."


def _as_root() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        return None
    asked = subprocess.run(["sudo", "--non-interactive", "true"], capture_output=True, check=False)
    return ["sudo", "--non-interactive"] if asked.returncode == 0 else None
