"""A process ends at a point only where its environment wishes it."""

import os
import signal
import subprocess
import sys

import pytest

from infrastructure.fail_points import VARIABLE
from tests.support.system import ROOT

PASSES = """
from infrastructure import fail_points
for name in ("one", "two", "one", "two"):
    fail_points.reached(name)
    print(name, flush=True)
"""


@pytest.mark.parametrize(
    ("wish", "passed", "code"),
    [
        (None, ["one", "two", "one", "two"], 0),
        ("three", ["one", "two", "one", "two"], 0),
        ("one", [], -signal.SIGKILL),
        ("two:2", ["one", "two", "one"], -signal.SIGKILL),
        ("two:3", ["one", "two", "one", "two"], 0),
    ],
)
def test_a_process_ends_at_the_point_that_is_wished(wish: str | None, passed: list[str], code: int) -> None:
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
    if wish is not None:
        environment[VARIABLE] = wish
    ended = subprocess.run(
        [sys.executable, "-c", PASSES], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ended.stdout.split(), ended.returncode) == (passed, code)
