"""The vault: personal values and secrets under a key for each subject, which is destroyed to erase them."""

import hashlib
import hmac
import unicodedata
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from application.errors import Erased, Invalid
from domain.kernel import Record, Sealed
from infrastructure.database import Database
from infrastructure.identity import envelope
from infrastructure.identity.encryption_keys import SETTING, EncryptionKeys, KeyMissing, Wrapped
from infrastructure.identity.key_cache import KeyCache

FIND = "SELECT subject, wrapped, kek FROM subject_keys WHERE subject = ANY(%s)"
MAKE = "INSERT INTO subject_keys (subject, wrapped, kek) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
DESTROY = """
INSERT INTO subject_keys (subject, destroyed_at) VALUES (%s, now())
ON CONFLICT (subject) DO UPDATE SET wrapped = NULL, kek = NULL, destroyed_at = now()
WHERE subject_keys.destroyed_at IS NULL
"""
OUTDATED = """
SELECT subject, wrapped, kek FROM subject_keys WHERE kek <> %s AND (%s::uuid IS NULL OR subject > %s)
ORDER BY subject LIMIT %s
"""
REWRAP = "UPDATE subject_keys SET wrapped = %s, kek = %s WHERE subject = %s AND wrapped = %s"
COUNT = "SELECT kek, count(*) FROM subject_keys WHERE kek IS NOT NULL GROUP BY kek"

INDEX = UUID(int=0)
"""The subject whose key is not one of encryption: the blind index of the installation is made with it."""

BATCH = 500


class PostgresVault:
    """Keys of subjects stand in `subject_keys`, wrapped; a row without a key says that it is destroyed."""

    def __init__(self, database: Database, keys: EncryptionKeys, cache: KeyCache | None = None) -> None:
        self._database = database
        self._keys = keys
        self._cache = KeyCache() if cache is None else cache
        self._index_key: bytes | None = None

    async def prepare(self) -> None:
        """Make the key of the index. Raises Invalid where our encryption keys are not those of the database."""
        try:
            await self.index("", "")
        except KeyMissing as error:
            raise Invalid(f"{error}; give every process the same keys", field=SETTING) from None

    async def seal(self, subject: UUID, field: str, text: str) -> Sealed:
        content = _encoded(text, field)
        box = envelope.lock(await self._cipher(subject), content, _personal(subject, field))
        return Sealed(subject, envelope.to_text(box))

    async def open(self, field: str, *boxes: Sealed) -> list[str | None]:
        ciphers = await self._ciphers({box.subject for box in boxes})
        return [_opened(ciphers.get(box.subject), field, box) for box in boxes]

    async def destroy(self, subject: UUID) -> None:
        if subject == INDEX:
            raise Invalid("this is nobody's key")
        try:
            async with self._database.connection() as connection:
                await connection.execute(DESTROY, (subject,))
        finally:
            self._cache.drop(subject)

    async def index(self, kind: str, text: str) -> bytes:
        if self._index_key is None:
            self._index_key = await self._made(INDEX)
        return hmac.digest(self._index_key, envelope.purpose("index", kind, _normalised(text)), hashlib.sha256)

    async def keep(self, owner: UUID, kind: str, secret: bytes) -> bytes:
        return envelope.lock(await self._cipher(owner), secret, _secret(owner, kind))

    async def reveal(self, owner: UUID, kind: str, box: bytes) -> bytes:
        ciphers = await self._ciphers({owner})
        cipher = ciphers.get(owner)
        if cipher is None:
            raise Erased
        return envelope.unlock(cipher, box, _secret(owner, kind))

    async def rewrap(self) -> int:
        """Wrap every key under the first encryption key, while others go on; how many there were."""
        done, last = 0, None
        while True:
            async with self._database.transaction() as connection:
                asked = await connection.execute(OUTDATED, (self._keys.first, last, last, BATCH))
                rows = await asked.fetchall()
                changes = [self._rewrapped(subject, Wrapped(box, kek)) for subject, box, kek in rows]
                async with connection.cursor() as cursor:
                    await cursor.executemany(REWRAP, changes)
            if not rows:
                return done
            done, last = done + len(rows), rows[-1][0]

    async def counts(self) -> dict[str, int]:
        """How many keys each encryption key wraps, by its name; the first one stands first."""
        async with self._database.connection() as connection:
            found = dict(await (await connection.execute(COUNT)).fetchall())
        return {name: found.pop(name, 0) for name in self._keys.names} | found

    def _rewrapped(self, subject: UUID, wrapped: Wrapped) -> tuple[bytes, str, UUID, bytes]:
        again = self._keys.wrap(subject, self._keys.unwrap(subject, wrapped))
        return again.box, again.kek, subject, wrapped.box

    async def _cipher(self, subject: UUID) -> AESGCM:
        """The subject's cipher; its key is made if it has none yet. Raises Erased."""
        if subject == INDEX:
            raise Invalid("nothing can be kept under the key of the index")
        ciphers = await self._ciphers({subject})
        if subject not in ciphers:
            destructions = self._cache.destructions
            ciphers[subject] = AESGCM(await self._made(subject))
            self._cache.put(subject, ciphers[subject], destructions)
        cipher = ciphers[subject]
        if cipher is None:
            raise Erased
        return cipher

    async def _ciphers(self, subjects: Iterable[UUID]) -> dict[UUID, AESGCM | None]:
        """Those that exist, None for those that are destroyed."""
        known: dict[UUID, AESGCM | None] = {}
        unknown = []
        for subject in subjects:
            try:
                known[subject] = self._cache.get(subject)
            except KeyError:
                unknown.append(subject)
        return known | await self._found(unknown) if unknown else known

    async def _found(self, subjects: list[UUID]) -> dict[UUID, AESGCM | None]:
        destructions = self._cache.destructions
        found = {}
        for row in await self._rows(subjects):
            key = self._unwrapped(row)
            found[row.subject] = AESGCM(key) if key else None
            self._cache.put(row.subject, found[row.subject], destructions)
        return found

    async def _made(self, subject: UUID) -> bytes:
        """The one key of a subject, whoever made it. Raises Erased."""
        wrapped = self._keys.wrap(subject, envelope.new_key())
        async with self._database.connection() as connection:
            await connection.execute(MAKE, (subject, wrapped.box, wrapped.kek))
        (row,) = await self._rows([subject])
        key = self._unwrapped(row)
        if key is None:
            raise Erased
        return key

    async def _rows(self, subjects: list[UUID]) -> list["KeyRow"]:
        async with self._database.connection() as connection:
            rows: list[tuple[Any, ...]] = await (await connection.execute(FIND, (subjects,))).fetchall()
        return [KeyRow(*row) for row in rows]

    def _unwrapped(self, row: "KeyRow") -> bytes | None:
        if row.box is None or row.kek is None:
            return None
        return self._keys.unwrap(row.subject, Wrapped(row.box, row.kek))


class KeyRow(Record):
    """A row of `subject_keys`; without a box the key is destroyed."""

    subject: UUID
    box: bytes | None
    kek: str | None


def _opened(cipher: AESGCM | None, field: str, sealed: Sealed) -> str | None:
    box = envelope.from_text(sealed.box)
    if cipher is None:
        return None
    return envelope.unlock(cipher, box, _personal(sealed.subject, field)).decode()


def _encoded(text: str, field: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:  # which would carry the whole text with it
        raise Invalid(f"the {field} holds half a character", field=field) from None


def _personal(subject: UUID, field: str) -> bytes:
    return envelope.purpose("personal", subject.bytes, field)


def _secret(owner: UUID, kind: str) -> bytes:
    return envelope.purpose("secret", owner.bytes, kind)


def _normalised(text: str) -> str:
    """Case and the ways to compose a letter do not tell two texts apart; what merely looks alike does."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text.strip()).lower())
