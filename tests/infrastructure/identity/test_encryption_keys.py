"""Keys that wrap keys come from a setting or from a file that is made once."""

import base64
import re
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest

from application.errors import Altered, Invalid
from infrastructure.identity import encryption_keys as module
from infrastructure.identity.encryption_keys import EncryptionKeys, KeyMissing, Wrapped, encryption_keys, name_of
from tests.support.vaults import FIRST, SECOND

ADA, BOB = UUID(int=1), UUID(int=2)
KEY = b"k" * 32


def setting(*keys: bytes) -> str:
    return ", ".join(base64.b64encode(key).decode() for key in keys)


def test_the_first_key_wraps_and_all_of_them_unwrap(tmp_path: Path) -> None:
    before, after = (encryption_keys(setting(*keys), tmp_path) for keys in ((FIRST,), (SECOND, FIRST)))
    wrapped = before.wrap(ADA, KEY)
    assert wrapped.kek == name_of(FIRST) == before.first
    assert after.unwrap(ADA, wrapped) == KEY
    assert after.wrap(ADA, KEY).kek == name_of(SECOND)
    assert after.names == [name_of(SECOND), name_of(FIRST)]
    assert list(tmp_path.iterdir()) == []


def test_a_wrapped_key_is_of_one_subject_and_one_encryption_key() -> None:
    keys = EncryptionKeys([FIRST, SECOND])
    wrapped = keys.wrap(ADA, KEY)
    for subject, other in ((BOB, wrapped), (ADA, Wrapped(wrapped.box, name_of(SECOND)))):
        with pytest.raises(Altered):
            keys.unwrap(subject, other)


def test_a_missing_encryption_key_is_named_and_so_is_the_setting() -> None:
    wrapped = EncryptionKeys([FIRST]).wrap(ADA, KEY)
    with pytest.raises(KeyMissing, match=f"{name_of(FIRST)} is in use and not among those of Z2_ENCRYPTION_KEYS"):
        EncryptionKeys([SECOND]).unwrap(ADA, wrapped)


@pytest.mark.parametrize(
    "text",
    [
        "secret-but-no-key",
        ",",
        setting(b"short secret"),
        setting(FIRST) + ",",
        f"{setting(FIRST)},{setting(b'short secret')}",
        setting(FIRST)[:-1],
        setting(b"x" * 33),
    ],
)
def test_what_is_no_key_is_refused_without_being_told(text: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="Z2_ENCRYPTION_KEYS must hold keys of 32 bytes in base64") as refused:
        encryption_keys(text, tmp_path)
    assert refused.value.field == "Z2_ENCRYPTION_KEYS"
    told = f"{refused.value!r}{refused.value}"
    assert refused.value.__cause__ is None
    assert not any(part.strip() in told for part in text.split(",") if part)


class TestTheFile:
    def test_it_is_made_once_for_its_owner_alone_however_many_begin_at_once(self, tmp_path: Path) -> None:
        folder = tmp_path / "data"
        with ThreadPoolExecutor(8) as pool:
            names = set(pool.map(lambda _: encryption_keys("", folder).first, range(8)))
        assert len(names) == 1
        (file,) = folder.iterdir()
        assert (file.name, stat.S_IMODE(file.stat().st_mode)) == ("encryption.key", 0o600)
        assert re.fullmatch(rb"[A-Za-z0-9+/]{43}=\n", file.read_bytes())

    def test_a_key_that_is_added_wraps_in_processes_that_run_already(self, tmp_path: Path) -> None:
        running = encryption_keys("", tmp_path)
        wrapped, earlier = running.wrap(ADA, KEY), running.first
        module.add_first(tmp_path)
        later = encryption_keys("", tmp_path)
        assert running.unwrap(ADA, later.wrap(ADA, KEY)) == KEY
        assert running.names == later.names == [later.first, earlier]
        assert later.unwrap(ADA, wrapped) == KEY
        assert running.wrap(ADA, KEY).kek == later.first
        assert [file.name for file in tmp_path.iterdir()] == ["encryption.key"]
        assert stat.S_IMODE((tmp_path / "encryption.key").stat().st_mode) == 0o600

    @pytest.mark.parametrize("content", [None, b"", b"nonsense", b"\xff\xfe"])
    def test_a_process_that_runs_keeps_its_keys_whatever_becomes_of_the_file(
        self, content: bytes | None, tmp_path: Path
    ) -> None:
        running = encryption_keys("", tmp_path)
        wrapped = running.wrap(ADA, KEY)
        file = tmp_path / "encryption.key"
        file.unlink()
        if content is not None:
            file.write_bytes(content)
        assert running.first == wrapped.kek
        assert running.unwrap(ADA, wrapped) == KEY
        assert file.exists() == (content is not None)

    def test_a_file_with_something_else_in_it_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "encryption.key").write_text("nonsense")
        with pytest.raises(Invalid, match=r"encryption\.key must hold keys of 32 bytes"):
            encryption_keys("", tmp_path)
