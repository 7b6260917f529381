"""Runs npm in the folder of the page with the Node of our Python environment, its output in full."""

import os
import sys
from pathlib import Path

from deploy import page
from deploy.steps import Failed, environment, say


def main() -> int:
    root = Path.cwd()
    if not (root / "frontend" / "package.json").exists():
        return 0
    try:
        argv, env = page.command(root, *sys.argv[1:])
    except Failed as problem:
        say(f"✗ {problem}")
        return 1
    os.chdir(root / "frontend")
    os.execve(argv[0], argv, {**environment(), **env})


if __name__ == "__main__":
    sys.exit(main())
