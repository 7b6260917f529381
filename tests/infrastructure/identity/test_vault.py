"""What is sealed opens for whom it is about and under its field, until the key is destroyed."""

import hashlib
import hmac
from uuid import UUID, uuid4

import pytest

from application.errors import Altered, Erased, Invalid
from domain.kernel import Sealed, replace
from infrastructure.database import Database
from infrastructure.identity import envelope
from infrastructure.identity.key_cache import KeyCache
from infrastructure.identity.vault import PostgresVault
from tests.support.vaults import SECOND, box_of, flipped, vault

ADA, BOB = UUID(int=1), UUID(int=2)
SWAP = """
UPDATE subject_keys a SET wrapped = b.wrapped FROM subject_keys b
WHERE a.subject <> b.subject AND a.subject = ANY(%(both)s) AND b.subject = ANY(%(both)s)
"""


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ours(database: Database) -> PostgresVault:
    return vault(database)


async def rows(database: Database, query: str, *arguments: object) -> list[tuple[object, ...]]:
    async with database.connection() as connection:
        return await (await connection.execute(query.encode(), arguments)).fetchall()


@pytest.mark.parametrize("text", ["Ada Lovelace", "", "Łucja 李 🦊 \0\n", "x" * 100_000])
async def test_a_text_is_sealed_and_opened_by_every_process(text: str, ours: PostgresVault, database: Database) -> None:
    sealed = await ours.seal(ADA, "name", text)
    assert sealed.subject == ADA
    assert await vault(database).open("name", sealed) == await ours.open("name", sealed) == [text]


async def test_the_same_text_is_never_sealed_the_same_way(ours: PostgresVault) -> None:
    assert len({(await ours.seal(ADA, "name", "Ada")).box for _ in range(100)}) == 100


async def test_texts_of_many_subjects_are_opened_in_their_order_with_one_question(
    ours: PostgresVault, database: Database
) -> None:
    people = [uuid4() for _ in range(50)]
    boxes = [await ours.seal(person, "name", str(person)) for person in people]
    (before,) = await rows(database, "SELECT count(*) FROM subject_keys")
    opened = await vault(database).open("name", *boxes, *reversed(boxes))
    assert opened == [str(person) for person in (*people, *reversed(people))]
    assert before == (50,)
    assert await ours.open("name") == []


async def test_a_box_opens_for_its_field_and_its_subject_only(ours: PostgresVault) -> None:
    sealed, other = await ours.seal(ADA, "name", "Ada"), await ours.seal(BOB, "name", "Bob")
    for field, box in (("email", sealed), ("", sealed), ("name", replace(sealed, subject=BOB))):
        with pytest.raises(Altered):
            await ours.open(field, other if field == "name" else sealed, box)


async def test_a_box_with_any_byte_changed_is_altered(ours: PostgresVault) -> None:
    sealed = await ours.seal(ADA, "name", "Ada Lovelace")
    box = box_of(sealed.box)
    for place in range(len(box)):
        with pytest.raises(Altered):
            await ours.open("name", Sealed(ADA, envelope.to_text(flipped(box, place))))
    for text in ("", "AQ", sealed.box[:-4], "*" * 40):
        with pytest.raises(Altered):
            await ours.open("name", Sealed(ADA, text))


async def test_keys_that_are_exchanged_in_the_table_open_nothing(ours: PostgresVault, database: Database) -> None:
    sealed = await ours.seal(ADA, "name", "Ada")
    await ours.seal(BOB, "name", "Bob")
    async with database.connection() as connection:
        await connection.execute(SWAP, {"both": [ADA, BOB]})
    with pytest.raises(Altered):
        await vault(database).open("name", sealed)


class TestADestroyedKey:
    async def test_opens_nothing_any_more_here_at_once_and_elsewhere_when_it_is_read_anew(
        self, ours: PostgresVault, database: Database
    ) -> None:
        clock = Clock()
        elsewhere = vault(database, cache=KeyCache(clock=clock))
        sealed, other = await ours.seal(ADA, "name", "Ada"), await ours.seal(BOB, "name", "Bob")
        assert await elsewhere.open("name", sealed) == ["Ada"]
        await ours.destroy(ADA)
        assert await ours.open("name", other, sealed) == ["Bob", None]
        clock.now = 60
        assert await elsewhere.open("name", other, sealed) == ["Bob", None]

    async def test_leaves_a_row_without_a_key_and_is_destroyed_once(
        self, ours: PostgresVault, database: Database
    ) -> None:
        await ours.seal(ADA, "name", "Ada")
        await ours.destroy(ADA)
        kept = await rows(database, "SELECT wrapped, kek, destroyed_at FROM subject_keys")
        assert [row[:2] for row in kept] == [(None, None)]
        await ours.destroy(ADA)
        assert await rows(database, "SELECT wrapped, kek, destroyed_at FROM subject_keys") == kept

    async def test_is_never_followed_by_another_even_if_there_was_none(
        self, ours: PostgresVault, database: Database
    ) -> None:
        await ours.destroy(ADA)
        for one in (ours, vault(database)):
            with pytest.raises(Erased):
                await one.seal(ADA, "name", "Ada")
            with pytest.raises(Erased):
                await one.keep(ADA, "key", b"secret")
            with pytest.raises(Erased):
                await one.reveal(ADA, "key", b"")
        assert await ours.counts() == {next(iter(await ours.counts())): 0}

    async def test_is_not_remembered_by_who_read_it_just_before(self, ours: PostgresVault, database: Database) -> None:
        cache = KeyCache()
        sealed = await ours.seal(ADA, "name", "Ada")
        reading = vault(database, cache=cache)
        before = cache.destructions
        (cipher,) = (await reading._ciphers({ADA})).values()
        await reading.destroy(ADA)
        cache.put(ADA, cipher, before)  # as a reader does whose answer was on its way meanwhile
        assert await reading.open("name", sealed) == [None]

    async def test_is_not_that_of_the_index(self, ours: PostgresVault) -> None:
        index = await ours.index("name", "ada")
        for forbidden in (ours.destroy(UUID(int=0)), ours.seal(UUID(int=0), "name", "Ada")):
            with pytest.raises(Invalid):
                await forbidden
        assert await ours.index("name", "ada") == index

    async def test_and_a_key_that_never_was_open_nothing(self, ours: PostgresVault) -> None:
        sealed = await ours.seal(ADA, "name", "Ada")
        assert await ours.open("name", replace(sealed, subject=BOB)) == [None]
        with pytest.raises(Altered):
            await ours.open("name", Sealed(BOB, "no box"))


class TestTheCache:
    async def test_spares_the_database_for_less_than_a_minute(self, ours: PostgresVault, database: Database) -> None:
        clock = Clock()
        reading = vault(database, cache=KeyCache(clock=clock))
        sealed = await ours.seal(ADA, "name", "Ada")
        assert await reading.open("name", sealed) == ["Ada"]
        async with database.connection() as connection:
            await connection.execute("DELETE FROM subject_keys")
        assert await reading.open("name", sealed) == ["Ada"]
        clock.now = 59.9
        assert await reading.open("name", sealed) == [None]

    async def test_holds_so_many_keys_and_no_more(self, database: Database) -> None:
        cache = KeyCache(size=3)
        sealing = vault(database, cache=cache)
        boxes = [await sealing.seal(UUID(int=number), "name", str(number)) for number in range(1, 11)]
        assert len(cache) == 3
        assert cache.get(UUID(int=10))
        with pytest.raises(KeyError):
            cache.get(UUID(int=1))
        assert await sealing.open("name", *boxes) == [str(number) for number in range(1, 11)]
        assert len(cache) == 3


class TestTheBlindIndex:
    async def test_is_the_same_for_the_same_text_in_every_process(
        self, ours: PostgresVault, database: Database
    ) -> None:
        index = await ours.index("name", "Ada@Example.org")
        assert len(index) == 32
        assert index == await vault(database).index("name", " ada@example.ORG ")
        assert await ours.index("name", "Zoe\u0308") == await ours.index("name", "ZO\u00cb")

    async def test_differs_by_text_and_kind_and_is_no_plain_hash(self, ours: PostgresVault) -> None:
        alike = ["ada", "adа", "ada.", "ａda", "ad\u00e1", "strasse", "stra\u00dfe"]
        indices = {await ours.index(kind, text) for kind in ("name", "email") for text in alike}
        assert len(indices) == 2 * len(alike)
        guesses = {hashlib.sha256(b"ada").digest(), hmac.digest(bytes(32), b"ada", "sha256")}
        assert not indices & guesses

    async def test_is_of_one_installation(self, ours: PostgresVault, database: Database) -> None:
        here = await ours.index("name", "ada")
        async with database.connection() as connection:
            await connection.execute("DELETE FROM subject_keys")
        assert await vault(database).index("name", "ada") != here


class TestSecrets:
    async def test_a_secret_is_revealed_to_its_owner_for_its_kind(self, ours: PostgresVault) -> None:
        box = await ours.keep(ADA, "openai", b"sk-\0\xff")
        assert await ours.reveal(ADA, "openai", box) == b"sk-\0\xff"
        await ours.keep(BOB, "openai", b"other")
        for owner, kind, other in ((BOB, "openai", box), (ADA, "smtp", box), (ADA, "openai", box[:-1])):
            with pytest.raises(Altered):
                await ours.reveal(owner, kind, other)

    async def test_a_personal_text_is_no_secret_nor_the_other_way(self, ours: PostgresVault) -> None:
        sealed, box = await ours.seal(ADA, "name", "Ada"), await ours.keep(ADA, "name", b"Ada")
        with pytest.raises(Altered):
            await ours.reveal(ADA, "name", box_of(sealed.box))
        with pytest.raises(Altered):
            await ours.open("name", Sealed(ADA, envelope.to_text(box)))


async def test_the_keys_of_another_installation_are_refused_at_the_start(database: Database) -> None:
    await vault(database).prepare()
    with pytest.raises(Invalid, match="not among those of Z2_ENCRYPTION_KEYS") as refused:
        await vault(database, SECOND).prepare()
    assert refused.value.field == "Z2_ENCRYPTION_KEYS"


async def test_half_a_character_is_refused_without_telling_the_rest(ours: PostgresVault) -> None:
    with pytest.raises(Invalid, match="the name holds half a character") as refused:
        await ours.seal(ADA, "name", "Ada \ud800")
    assert refused.value.__suppress_context__
