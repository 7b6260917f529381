"""The OpenID provider that the tests of single sign-on run against, with the Node of our `.venv`."""

import hashlib
from pathlib import Path

from deploy import page
from deploy.steps import run, step

FOLDER = Path("tests") / "support" / "openid"


def install(root: Path) -> None:
    """Leaves its packages as its package-lock.json says."""
    folder = root / FOLDER
    if not (folder / "package-lock.json").exists():
        return
    stamp = folder / "node_modules" / ".locked"
    digest = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    with step("the OpenID provider of the tests"):
        argv, env = page.command(root, "ci", "--no-audit", "--no-fund")
        run(argv, cwd=folder, env=env)
    stamp.write_text(digest)
