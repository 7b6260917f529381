"""Canaries: values that stand nowhere but where a test put them, and a search for every place they got to.

A canary goes into every personal and secret field; afterwards nothing but what was sealed may have kept one:

    bird = canary.fresh("name")
    client.post("/api/users", json={"name": bird.name, "email": bird.email, "password": bird.secret})
    assert canary.in_database(database_url, [bird]) == []
    assert canary.in_text("log", log, [bird]) == []
"""

import base64
import random
import string
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import psycopg
from psycopg import sql

from domain.kernel import Record

CORE = 24
CHUNK = 16 * 1024 * 1024

TABLES = """
SELECT schemaname, tablename FROM pg_tables
WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2
"""


class Canary(Record):
    """`core` is 24 letters and digits; whatever form a value takes on its way, the core is found in it."""

    field: str
    core: str

    @property
    def name(self) -> str:
        """As a person's name, with what JSON and HTML escape."""
        return f'Ädä "{self.core}" <O\'Hara>'

    @property
    def email(self) -> str:
        return f"{self.core}@canary.example"

    @property
    def secret(self) -> str:
        """As a password, a key or a token."""
        return f"{self.core}-Secret/+="


class Find(Record):
    """Where a canary was found, and in which form."""

    field: str
    form: str
    place: str


def fresh(field: str) -> Canary:
    """A canary for this field that nobody has seen."""
    letters = random.SystemRandom().choices(string.ascii_letters + string.digits, k=CORE)
    return Canary(field, "".join(letters))


def forms(core: str) -> dict[str, bytes]:
    """How the core looks in what keeps letters as they are."""
    plain = core.encode()
    return {f"base64 at {offset}": _within(plain, offset) for offset in range(3)} | {
        f"base64url at {offset}": _within(plain, offset, b"-_") for offset in range(3)
    }


def folded_forms(core: str) -> dict[str, bytes]:
    """How the core looks in what has been made lower-case; JSON, HTML and URLs leave it as it is."""
    plain = core.lower().encode()
    spelled = "".join(f"\\u{ord(letter):04x}" for letter in core).encode()
    return {
        "plain": plain,
        "backwards": plain[::-1],
        "hex": core.encode().hex().encode(),
        "hex of lower case": plain.hex().encode(),
        "JSON escapes": spelled,
        "UTF-16": core.lower().encode("utf-16-le"),
    }


def in_bytes(place: str, content: bytes, canaries: Iterable[Canary]) -> list[Find]:
    """Every canary that the content holds, once for each form: plain, in any case, backwards, base64, hex, escaped."""
    small = content.lower()
    return [
        Find(bird.field, form, place)
        for bird in canaries
        for known, where in ((forms(bird.core), content), (folded_forms(bird.core), small))
        for form, wanted in known.items()
        if wanted in where
    ]


def in_text(place: str, text: str, canaries: Iterable[Canary]) -> list[Find]:
    """The same for a log, the text of an error, the answer of `/metrics`."""
    return in_bytes(place, text.encode("utf-8", "surrogatepass"), canaries)


def in_folder(folder: Path, canaries: Sequence[Canary]) -> list[Find]:
    """The same for every file below a folder, whatever it holds; a file that goes away meanwhile holds nothing."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            for chunk in _chunks(path):
                found += in_bytes(str(path.relative_to(folder)), chunk, canaries)
    return list(dict.fromkeys(found))


def in_database(url: str, canaries: Sequence[Canary]) -> list[Find]:
    """The same for all that the server has on its disk (data, indices, WAL) and, unpacked, for each row of a database.

    The server must be one of this machine whose folder we may read.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        row = connection.execute("SHOW data_directory").fetchone()
        assert row is not None
        found = in_folder(Path(row[0]), canaries)
        for schema, table in connection.execute(TABLES).fetchall():
            found += in_bytes(f"the rows of {schema}.{table}", _rows(connection, schema, table), canaries)
    return found


def _rows(connection: "psycopg.Connection[tuple[object, ...]]", schema: str, table: str) -> bytes:
    """All rows as text, which has the bytes of a column in hex; what the server compressed is unpacked."""
    query = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(schema, table))
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        return b"".join(bytes(block) for block in copy)


def _within(plain: bytes, offset: int, last: bytes = b"+/") -> bytes:
    """The part of base64 that is the same whatever stands around the text, which begins at such an offset."""
    encoded = base64.b64encode(bytes(offset) + plain, altchars=last)
    bits = 8 * offset
    return encoded[-(-bits // 6) : (bits + 8 * len(plain)) // 6]


def _chunks(path: Path) -> Iterator[bytes]:
    """The content in parts that overlap by more than any form is long."""
    overlap = 8 * CORE
    try:
        with path.open("rb") as file:
            before = b""
            while content := file.read(CHUNK):
                yield before + content
                before = content[-overlap:]
    except FileNotFoundError:
        return
