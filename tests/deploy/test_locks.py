"""The lock files hold every package by its hashes, and nobody's package index."""

import re
from pathlib import Path

import pytest

from deploy import packages

ROOT = Path(__file__).parents[2]
LOCKS = sorted({*packages.RUN, *packages.DEV, packages.UV})


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_pinned_with_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    packages_pinned = re.findall(r"^[a-z0-9][a-z0-9._-]*==\S+.* \\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    lines = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(packages_pinned) == len(lines) > 0
    assert "://" not in text


def test_what_runs_is_what_was_developed_with() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^[a-z0-9][a-z0-9._-]*==[^\s;]+", (ROOT / name).read_text(), re.MULTILINE))

    runtime, build = map(pins, packages.RUN)
    development = pins(packages.DEV[0])
    assert runtime <= development
    shared = {pin.partition("==")[0] for pin in build} & {pin.partition("==")[0] for pin in development}
    assert {pin for pin in build if pin.partition("==")[0] in shared} <= development


def test_the_page_names_no_registry_either() -> None:
    lock = (ROOT / "frontend" / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert '"integrity"' in lock
