"""The lock files: every version and hash for every platform, and no address of any package index."""

from collections.abc import Sequence
from pathlib import Path

from deploy import packages
from deploy.steps import run, step

# What makes an editable installation and the page, in the versions that development uses.
BUILD = "editables\nhatchling\nnodejs-wheel-binaries>=24,<25\n"


def recompile(root: Path, uv: Path, *, upgrade: bool) -> None:
    runtime, build = packages.RUN
    development, _ = packages.DEV
    project = ["pyproject.toml"]
    _compile(root, uv, project, into=runtime, upgrade=upgrade)
    _compile(root, uv, [*project, "--group", "dev", "-c", runtime], into=development, upgrade=upgrade)
    _compile(root, uv, ["-", "-c", development], into=build, upgrade=upgrade, told=BUILD)
    _compile(root, uv, ["-"], into=packages.UV, upgrade=upgrade, told="uv\n")


def _compile(root: Path, uv: Path, sources: Sequence[str], *, into: str, upgrade: bool, told: str = "") -> None:
    rules = ["--universal", "--generate-hashes", "--no-annotate", "--python-version", "3.11"]
    rules += ["--quiet", "--custom-compile-command", "make lock", *(["--upgrade"] if upgrade else [])]
    with step(into):
        run([uv, "pip", "compile", *rules, *sources, "-o", into], cwd=root, told=told)
