"""Runs npm in the folder of the page with the Node of our Python environment, its output in full."""

import subprocess
import sys
from pathlib import Path

from deploy import page
from deploy.steps import StepError, environment, say


def main() -> int:
    root = Path.cwd()
    if not (root / "frontend" / "package.json").exists():
        return 0
    try:
        argv, env = page.command(root, *sys.argv[1:])
    except StepError as problem:
        say(f"✗ {problem}")
        return 1
    return subprocess.run(argv, cwd=root / "frontend", env={**environment(), **env}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
