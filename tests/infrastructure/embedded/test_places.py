"""Sockets lie in a folder that is short, private and ours."""

import tempfile
from pathlib import Path

import pytest

from infrastructure.embedded import account, child, places
from infrastructure.embedded.errors import ServerError
from tests.infrastructure.embedded.conftest import as_root


def test_the_same_data_has_the_same_sockets_and_other_data_has_others(folder: Path) -> None:
    us = account.ourselves()
    first = places.socket_folder(folder / "a", us)
    assert places.socket_folder(folder / "a", us) == first
    second = places.socket_folder(folder / "b", us)
    assert second != first
    first.rmdir()
    second.rmdir()


def test_a_long_temporary_folder_is_passed_over_for_a_short_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = folder / ("long" * 30)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    found = places.socket_folder(folder, account.ourselves())
    found.rmdir()
    assert places.fits(found)
    assert not places.fits(long)


def test_a_folder_that_others_can_enter_is_not_trusted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    us = account.ourselves()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    private = places.socket_folder(folder, us)
    private.chmod(0o755)
    found = places.socket_folder(folder, us)
    assert found.parent != folder
    found.rmdir()


def test_a_folder_that_someone_linked_there_is_not_trusted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    us = account.ourselves()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    private = places.socket_folder(folder, us)
    private.rename(folder / "elsewhere")
    private.symlink_to(folder / "elsewhere")
    found = places.socket_folder(folder, us)
    assert found.parent != folder
    found.rmdir()


def test_a_new_data_folder_is_closed_to_the_eyes_of_others(folder: Path) -> None:
    made = places.data_folder(folder / "new" / ".z2")
    assert made.stat().st_mode & 0o066 == 0


@as_root
def test_root_lends_the_account_that_an_existing_database_belongs_to(folder: Path) -> None:
    assert account.for_postgres(folder / "new").name == "nobody"
    theirs = folder / "theirs"
    theirs.mkdir()
    account.Account(1, 1, "daemon").own(theirs)
    assert account.for_postgres(theirs).name == "daemon"


@as_root
def test_a_lent_account_passes_open_folders_and_no_private_one(folder: Path) -> None:
    nobody = account.for_postgres(folder / "none")
    assert nobody.can_reach(folder / "any")
    folder.chmod(0o700)
    assert not nobody.can_reach(folder / "any")
    assert account.ourselves().can_reach(folder / "any")


def test_only_a_living_process_of_that_program_counts_as_running() -> None:
    assert not child.runs(1 << 22, program="postgres")
    assert not child.runs(1, program="no such program")


def test_a_data_folder_of_someone_else_is_refused_in_one_line(folder: Path) -> None:
    if account.ourselves().uid == 0:
        pytest.skip("root takes the owner's account instead")
    with pytest.raises(ServerError, match="belongs to root"):
        account.for_postgres(Path("/"))
