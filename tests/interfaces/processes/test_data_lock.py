"""Only one Z2 works on a data folder, and others can find it there."""

from pathlib import Path

import pytest

from interfaces.processes import data_lock

RUNNING = data_lock.Running(4711, "http://127.0.0.1:8000", "postgresql://z2@/z2", "unix:///valkey.sock")


def test_who_holds_the_folder_can_be_found_while_it_does(tmp_path: Path) -> None:
    assert data_lock.find(tmp_path) is None
    with data_lock.hold(tmp_path) as lock:
        lock.tell(RUNNING)
        assert data_lock.find(tmp_path) == RUNNING
    assert data_lock.find(tmp_path) is None


def test_a_second_one_is_refused_with_pid_and_address(tmp_path: Path) -> None:
    with data_lock.hold(tmp_path) as lock:
        lock.tell(RUNNING)
        with (
            pytest.raises(data_lock.AlreadyRunningError, match=r"\(pid 4711, http://127\.0\.0\.1:8000\): stop it"),
            data_lock.hold(tmp_path),
        ):
            pass


def test_one_that_is_just_starting_is_respected_too(tmp_path: Path) -> None:
    with (
        data_lock.hold(tmp_path),
        pytest.raises(data_lock.AlreadyRunningError, match="it is just starting"),
        data_lock.hold(tmp_path),
    ):
        pass


def test_what_a_dead_one_left_in_the_file_means_nothing(tmp_path: Path) -> None:
    (tmp_path / data_lock.NAME).write_text('{"pid": 1}')
    assert data_lock.find(tmp_path) is None
    with data_lock.hold(tmp_path):
        assert data_lock.find(tmp_path) is None


def test_the_file_is_for_its_owner_alone_because_addresses_may_hold_passwords(tmp_path: Path) -> None:
    with data_lock.hold(tmp_path):
        assert (tmp_path / data_lock.NAME).stat().st_mode & 0o777 == 0o600
