"""A worker has a name that no other live one on its machine has, and that the next one gets once it is dead."""

import socket
import subprocess
import sys
from pathlib import Path

from interfaces.processes import slot
from tests.support.system import ROOT

HOST = socket.gethostname()
HOLD = """
import sys, pathlib
from interfaces.processes import slot
with slot.named(pathlib.Path(sys.argv[1])) as name:
    print(name, flush=True)
    sys.stdin.read()
"""


def test_each_gets_the_first_that_is_free(tmp_path: Path) -> None:
    with slot.named(tmp_path) as first, slot.named(tmp_path) as second:
        assert (first, second) == (f"{HOST}/0", f"{HOST}/1")
    with slot.named(tmp_path) as again:
        assert again == first


def test_a_name_that_is_given_is_taken_as_it_is(tmp_path: Path) -> None:
    with slot.named(tmp_path, "worker-7") as name:
        assert name == "worker-7"


def test_the_name_of_a_process_that_was_killed_is_free_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == f"{HOST}/0"
        with slot.named(tmp_path) as beside:
            assert beside == f"{HOST}/1"
        process.kill()
        process.wait()
        with slot.named(tmp_path) as after:
            assert after == f"{HOST}/0"


def test_where_nothing_can_be_kept_every_name_is_a_new_one(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    with slot.named(in_the_way) as first, slot.named(in_the_way) as second:
        assert first != second
        assert first.startswith(f"{HOST}/")
