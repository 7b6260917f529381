"""Each process writes its logs to its standard error, as people or as machines read them."""

import json
import os
import subprocess
import sys

import pytest

from tests.support.system import ROOT

PROGRAM = """
import structlog
from infrastructure import logs, settings
logs.configure(settings.load(), "worker")
structlog.get_logger().info("run.started", run="r-1")
structlog.get_logger().debug("too.small")
"""


def said(**environment: str) -> str:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("Z2_")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**ours, **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
    return done.stderr


def test_machines_read_a_line_of_json_for_each() -> None:
    (line,) = said(Z2_LOG_FORMAT="json").splitlines()
    entry = json.loads(line)
    assert entry.pop("timestamp").endswith("Z")
    assert entry == {"event": "run.started", "level": "info", "process": "worker", "run": "r-1"}


@pytest.mark.parametrize(("level", "lines"), [("debug", 2), ("info", 1), ("warning", 0)])
def test_people_read_what_is_as_severe_as_they_asked_for(level: str, lines: int) -> None:
    assert len(said(Z2_LOG_LEVEL=level).splitlines()) == lines
