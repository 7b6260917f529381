"""A canary that got out is found in whatever form it took, and one in the vault is not."""

import base64
import html
import json
import urllib.parse
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
import structlog
from structlog.testing import capture_logs

from application.errors import Altered
from domain.kernel import Sealed
from infrastructure.database import Database, migrate
from infrastructure.identity import envelope
from infrastructure.identity.encryption_keys import encryption_keys
from infrastructure.identity.vault import PostgresVault
from infrastructure.webhooks.secrets import WebhookSecrets
from interfaces.read_models import PROJECTIONS
from tests.support import canary
from tests.support.canary import Canary
from tests.support.vaults import vault


@pytest.fixture
def bird() -> Canary:
    return canary.fresh("name")


def disguises(value: str) -> Iterator[tuple[str, bytes]]:
    raw = value.encode()
    yield "plain", raw
    yield "in the other case", value.swapcase().encode()
    yield "backwards", value[::-1].encode()
    yield "JSON", json.dumps({"name": value}).encode()
    yield "JSON in JSON", json.dumps(json.dumps({"name": value})).encode()
    yield "spelled in JSON", "".join(f"\\u{ord(letter):04x}" for letter in value).encode()
    yield "HTML", html.escape(value).encode()
    yield "a URL", urllib.parse.quote(value, safe="").encode()
    yield "hex", raw.hex().encode()
    yield "hex in capitals", raw.hex().upper().encode()
    yield "UTF-16", value.encode("utf-16")
    yield "a repr", repr([value]).encode()
    for before in (b"", b"x", b"xy"):
        for after in (b"", b"z", b"zz"):
            yield f"base64 between {before!r} and {after!r}", base64.b64encode(before + raw + after)
            yield f"base64url between {before!r} and {after!r}", base64.urlsafe_b64encode(before + raw + after)


def test_a_canary_is_found_in_every_disguise() -> None:
    for _ in range(20):
        bird = canary.fresh("name")
        for value in (bird.name, bird.email, bird.secret, bird.core):
            for disguise, content in disguises(value):
                found = canary.in_bytes("here", b"\0before " + content + b" after\xff", [canary.fresh("other"), bird])
                assert found, disguise
                assert {(each.field, each.place) for each in found} == {("name", "here")}


def test_nothing_is_found_where_there_is_none(bird: Canary) -> None:
    others = [canary.fresh("name").name for _ in range(100)]
    noise = "".join(others).encode() + b"".join(content for name in others for _, content in disguises(name))
    assert canary.in_bytes("here", noise, [bird]) == []
    assert canary.in_text("here", bird.core[:-1] + "-", [bird]) == []


def test_it_is_found_wherever_it_lies_in_a_file_however_large(bird: Canary, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for number, shift in enumerate((-400, -40, -12, 0, 5)):
        content = b"." * (canary.CHUNK + shift) + bird.core.encode().hex().encode() + b"." * 50
        (tmp_path / "deep" / f"{number}.bin").write_bytes(content)
    (tmp_path / "empty").touch()
    found = canary.in_folder(tmp_path, [bird])
    assert [(each.place, each.form) for each in found] == [(f"deep/{number}.bin", "hex") for number in range(5)]


def test_what_is_written_on_purpose_is_found_in_the_data_the_wal_and_the_rows(database_url: str, bird: Canary) -> None:
    packed = bird.name + "".join(f" filling {number % 7}" for number in range(3_000))
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute('CREATE TABLE "Open Book" (line text, blob bytea)')
        connection.execute('INSERT INTO "Open Book" VALUES (%s, NULL), (NULL, %s)', (packed, bird.secret.encode()))
    found = canary.in_database(database_url, [bird])
    places = {each.place.split("/")[0] for each in found}
    assert {"base", "pg_wal"} <= places
    rows = {each.form for each in found if "Open Book" in each.place}
    assert rows == {"plain", "hex"}


def on_disk(url: str, content: bytes) -> bool:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        ((folder,),) = connection.execute("SHOW data_directory").fetchall()
    return any(content in path.read_bytes() for path in Path(folder).rglob("*") if path.is_file())


class TestWhatIsSealed:
    @pytest.fixture
    async def database(self, database_url: str) -> AsyncIterator[Database]:
        opened = Database(database_url)
        await opened.open()
        await migrate(opened, *(projection.schema for projection in PROJECTIONS.values()))
        yield opened
        await opened.close()

    async def test_is_nowhere_on_the_disk_of_the_database_nor_are_the_keys(
        self, database: Database, database_url: str, bird: Canary, tmp_path: Path
    ) -> None:
        one = PostgresVault(database, encryption_keys("", tmp_path))
        ada, secret = uuid4(), canary.fresh("secret")
        sealed = await one.seal(ada, "name", bird.name)
        box = await one.keep(ada, "openai", secret.secret.encode())
        assert len(await one.index("email", bird.email)) == 32
        async with database.connection() as connection:
            await connection.execute("CREATE TABLE kept (person text, box bytea)")
            await connection.execute("INSERT INTO kept VALUES (%s, %s)", (sealed.box, box))
        hook = await WebhookSecrets(database, one).make(ada, 1)
        key = (tmp_path / "encryption.key").read_text().strip()
        told = [bird, secret, Canary("encryption key", key), Canary("webhook secret", hook)]
        assert canary.in_database(database_url, told) == []
        assert not on_disk(database_url, base64.b64decode(key))
        assert on_disk(database_url, box)
        await one.destroy(ada)
        assert canary.in_database(database_url, told) == []
        assert await one.open("name", sealed) == [None]

    async def test_is_told_by_no_repr_no_error_and_no_log(self, database: Database, bird: Canary) -> None:
        one, ada = vault(database), uuid4()
        with capture_logs() as logs:
            sealed = await one.seal(ada, "name", bird.name)
            box = await one.keep(ada, "openai", bird.secret.encode())
            told = [repr(each) for each in (sealed, box, one, vars(one), one._keys, one._cache, vars(one._cache))]
            for broken in (
                one.open("email", sealed),
                one.open("name", Sealed(ada, sealed.box[:-2])),
                one.reveal(ada, "smtp", box),
                one.reveal(uuid4(), "openai", envelope.from_text(sealed.box)),
                one.seal(ada, "name", bird.name + "\ud800"),
            ):
                with pytest.raises(Exception) as raised:  # whatever it is, it must not tell
                    await broken
                told += [repr(raised.value), str(raised.value), repr(raised.value.__cause__)]
                if not raised.value.__suppress_context__:
                    told.append(repr(raised.value.__context__))
            structlog.get_logger().info("vault.used", box=sealed)
        assert len(logs) == 1
        assert canary.in_text("told", "\n".join([*told, repr(logs)]), [bird]) == []
        assert str(Altered()) in told
