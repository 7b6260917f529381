"""One-time links: good once, for one person and one purpose, and for nobody who may not have them."""

from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import pytest

from application.execute import Executor
from application.identity import credentials
from domain import user
from domain.kernel import Sealed
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.tokens import now
from interfaces.http.auth import PLAIN_COOKIE
from tests.interfaces.http.conftest import ClientOf
from tests.support.api_process import api_process
from tests.support.asked import refused
from tests.support.mailbox import Mailbox, link_in, mailbox
from tests.support.newcomers import PASSWORD, Newcomer, link_for, newcomer
from tests.support.people import People
from tests.support.residents import elsewhere
from tests.support.system import System, until
from tests.support.until import until as until_async

NEXT = "another password for tests"


@pytest.fixture
def invited(system: System) -> Newcomer:
    """Somebody with a name and a link, who has no password yet."""
    return newcomer(system.environment, password=None)


def use(client: httpx2.Client, link: str | None, password: str = PASSWORD, **more: str | None) -> httpx2.Response:
    return client.post("/api/links/password", json={"link": link, "password": password, **more})


def signed_in(client: httpx2.Client, name: str, password: str = PASSWORD) -> int:
    return client.post("/api/session", json={"name": name, "password": password}).status_code


def test_whoever_has_the_link_chooses_a_password_and_is_signed_in(anonymous: httpx2.Client, invited: Newcomer) -> None:
    told = anonymous.post("/api/links", json={"link": invited.link}).json()
    assert (told["name"], told["first"]) == (invited.name, True)
    answer = use(anonymous, invited.link, kind="browser")
    assert (answer.status_code, answer.json()["name"], answer.json()["token"]) == (201, invited.name, None)
    assert anonymous.get("/api/session").json()["name"] == invited.name
    assert signed_in(anonymous, invited.name) == 201


def test_the_first_time_one_may_choose_another_name(anonymous: httpx2.Client, invited: Newcomer) -> None:
    renamed = f"Renamed {invited.name}"
    assert use(anonymous, invited.link, name=renamed).json()["name"] == renamed
    assert (signed_in(anonymous, invited.name), signed_in(anonymous, renamed)) == (401, 201)


def test_a_name_that_another_has_leaves_the_link_good(anonymous: httpx2.Client, invited: Newcomer) -> None:
    refused(use(anonymous, invited.link, name="admin"), 409, "name_taken", "name")
    refused(use(anonymous, invited.link, "too short"), 422, "invalid", "password")
    refused(use(anonymous, invited.link, f"{invited.name} 12345"), 422, "invalid", "password")
    assert use(anonymous, invited.link).status_code == 201


def test_a_link_works_once_though_many_use_it_at_once(system: System, invited: Newcomer) -> None:
    def chosen(number: int) -> int:
        with httpx2.Client(base_url=system.url, timeout=60, verify=False) as client:
            return use(client, invited.link, f"{PASSWORD} number {number}").status_code

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(chosen, range(4))) == [201, 409, 409, 409]


def test_a_link_is_void_once_there_is_another_one(anonymous: httpx2.Client, invited: Newcomer, system: System) -> None:
    again = link_for(system.environment, invited.name)
    refused(use(anonymous, invited.link), 409, "link_void")
    assert use(anonymous, again).status_code == 201


def test_a_link_for_another_password_changes_no_name_and_ends_every_sign_in(
    anonymous: httpx2.Client, system: System
) -> None:
    known = newcomer(system.environment)
    body = {"name": known.name, "password": PASSWORD}
    bearer = {"Authorization": f"Bearer {anonymous.post('/api/session', json=body).json()['token']}"}
    answer = use(anonymous, link_for(system.environment, known.name), NEXT, name="Somebody else")
    assert answer.json()["name"] == known.name
    until(lambda: anonymous.get("/api/session", headers=bearer).status_code == 401, 2)
    assert (signed_in(anonymous, known.name), signed_in(anonymous, known.name, NEXT)) == (401, 201)


@pytest.mark.parametrize("link", ["", "x", "z2l_", credentials.made("z2l", uuid4()).text])
def test_what_is_no_link_is_void_like_one_that_was_used(anonymous: httpx2.Client, link: str) -> None:
    for answer in (
        use(anonymous, link),
        anonymous.post("/api/links", json={"link": link}),
        anonymous.post("/api/links/email", json={"link": link}),
    ):
        assert refused(answer, 409, "link_void") == "this link has been used or has expired; ask for a new one"


def test_a_link_is_good_for_its_own_purpose_and_person(
    anonymous: httpx2.Client, invited: Newcomer, system: System
) -> None:
    other = newcomer(system.environment, password=None)
    forged = credentials.made("z2l", other.id).text
    refused(use(anonymous, forged), 409, "link_void")
    refused(anonymous.post("/api/links/email", json={"link": invited.link}), 409, "link_void")
    assert use(anonymous, invited.link).status_code == 201


def test_another_site_sets_no_password_for_a_browser(anonymous: httpx2.Client, invited: Newcomer) -> None:
    body = {"link": invited.link, "password": PASSWORD, "kind": "browser"}
    cross = {"Sec-Fetch-Site": "cross-site"}
    refused(anonymous.post("/api/links/password", json=body, headers=cross), 403, "not_allowed")
    assert use(anonymous, invited.link).status_code == 201


def test_an_admin_hands_a_link_to_a_member_who_asked_for_a_password(
    anonymous: httpx2.Client, api: httpx2.Client, system: System
) -> None:
    known = newcomer(system.environment, email=True)
    asked = anonymous.post("/api/password-resets", json={"name": known.email})
    assert (asked.status_code, asked.json()) == (202, {"mail": False})

    def wish() -> dict[str, str] | None:
        items = api.get("/api/password-resets").json()["items"]
        return next((each for each in items if each["name"] == known.name), None)

    made = api.post("/api/password-links", json={"user_id": until(lambda: wish() and wish())["user_id"]})
    assert made.status_code == 201
    address, _, secret = made.json()["link"].partition("#")
    assert address == f"{system.url}/reset-password"
    assert wish() is None
    assert use(anonymous, secret, NEXT).status_code == 201


def test_who_is_known_is_not_told(anonymous: httpx2.Client) -> None:
    answers = [anonymous.post("/api/password-resets", json={"name": name}) for name in ("admin", "nobody at all")]
    assert [(answer.status_code, answer.content) for answer in answers] == [(202, answers[0].content)] * 2


def test_links_for_others_take_the_right_and_the_workspace(
    api: httpx2.Client, client_of: ClientOf, stranger: httpx2.Client, invited: Newcomer
) -> None:
    body = {"user_id": str(invited.id)}
    refused(client_of("user").post("/api/password-links", json=body), 403, "not_allowed")
    refused(client_of("user").get("/api/password-resets"), 403, "not_allowed")
    refused(stranger.post("/api/password-links", json=body), 404, "not_found")
    refused(api.post("/api/password-links", json={"user_id": str(uuid4())}), 404, "not_found")
    assert api.post("/api/password-links", json=body).status_code == 201


def test_nobody_makes_a_link_for_somebody_who_may_do_more(
    api: httpx2.Client, anonymous: httpx2.Client, system: System
) -> None:
    me = api.get("/api/session").json()["user_id"]
    less = api.post("/api/tokens", json={"scopes": ["members:manage", "read"]}).json()["token"]
    headers = {"Authorization": f"Bearer {less}"}
    refused(anonymous.post("/api/password-links", json={"user_id": me}, headers=headers), 403, "not_allowed")


def test_a_key_makes_links_only_for_those_who_have_no_password(
    api: httpx2.Client, anonymous: httpx2.Client, system: System, invited: Newcomer
) -> None:
    known = newcomer(system.environment)
    user_id = anonymous.post("/api/session", json={"name": known.name, "password": PASSWORD}).json()["user_id"]
    key = api.post("/api/keys", json={"label": "CI"}).json()["key"]
    headers = {"Authorization": f"Bearer {key}"}
    answers = [
        anonymous.post("/api/password-links", json={"user_id": each}, headers=headers)
        for each in (str(invited.id), user_id)
    ]
    assert answers[0].status_code == 201
    refused(answers[1], 403, "not_allowed")
    assert api.post("/api/password-links", json={"user_id": user_id}).status_code == 201


def test_a_key_makes_no_link_for_who_signs_in_from_elsewhere(
    api: httpx2.Client, anonymous: httpx2.Client, system: System, invited: Newcomer, home: UUID
) -> None:
    async def linked() -> None:
        database = Database(system.environment["DATABASE_URL"])
        await database.open()
        try:
            people = People(Executor(PostgresEventStore(database), now), now)
            await people.do(invited.id, home, user.LinkIdentity("corp", Sealed(invited.id, "box")))
        finally:
            await database.close()

    elsewhere(linked())
    headers = {"Authorization": f"Bearer {api.post('/api/keys', json={'label': 'CI'}).json()['key']}"}
    body = {"user_id": str(invited.id)}
    refused(anonymous.post("/api/password-links", json=body, headers=headers), 403, "not_allowed")
    assert api.post("/api/password-links", json=body).status_code == 201


@pytest.fixture
async def box() -> AsyncIterator[Mailbox]:
    async with mailbox() as made:
        yield made


@pytest.fixture
def with_mail(system: System, box: Mailbox, tmp_path: Path) -> Iterator[dict[str, str]]:
    yield {
        **system.environment,
        "Z2_SMTP_URL": box.url,
        "Z2_MAIL_FROM": "Z2 <z2@example.com>",
        "Z2_PUBLIC_URL": "https://z2.example.com",
    }


async def test_a_link_for_a_new_password_goes_to_the_verified_address_once(
    with_mail: dict[str, str], box: Mailbox, tmp_path: Path
) -> None:
    known = newcomer(with_mail, email=True)
    with api_process(with_mail, tmp_path / "log") as process:
        async with httpx2.AsyncClient(base_url=process.url, timeout=60, verify=False) as client:
            for name in ("nobody at all", known.name, known.email, known.name):
                answer = await client.post("/api/password-resets", json={"name": name})
                assert (answer.status_code, answer.json()) == (202, {"mail": True})
            await until_async(lambda: box.letters)
            secret = link_in(box.letters[0])
            body = {"link": secret, "password": NEXT, "kind": "client"}
            assert (await client.post("/api/links/password", json=body)).status_code == 201
    (letter,) = box.letters
    assert letter["To"] == known.email
    assert f"https://z2.example.com/reset-password#{secret}" in letter.get_content()


async def test_an_address_is_verified_by_the_link_that_goes_to_it(
    with_mail: dict[str, str], box: Mailbox, tmp_path: Path
) -> None:
    known = newcomer(with_mail, email=True)
    with api_process(with_mail, tmp_path / "log") as process:
        headers = {"Sec-Fetch-Site": "same-origin"}
        async with httpx2.AsyncClient(base_url=process.url, headers=headers, timeout=60, verify=False) as client:
            credentials_given = {"name": known.email, "password": PASSWORD, "kind": "browser"}
            assert (await client.post("/api/session", json=credentials_given)).status_code == 201
            assert client.cookies[PLAIN_COOKIE]
            address = f"new-{known.email}"
            body = {"email": address, "password": PASSWORD}
            assert (await client.post("/api/profile/email", json=body)).json()["email_verified"] is False
            await until_async(lambda: len(box.letters) == 2)
            asked, told = box.letters
            assert (asked["To"], told["To"]) == (address, known.email)
            verified = await client.post("/api/links/email", json={"link": link_in(asked)})
            assert (verified.status_code, verified.json()) == (200, {"email": address})
            assert (await client.get("/api/profile")).json()["email_verified"] is True
            names = {name: {**credentials_given, "name": name} for name in (address, known.email)}
            found = [(await client.post("/api/session", json=body)).status_code for body in names.values()]
            assert found == [201, 401]


async def test_an_address_is_changed_although_its_letter_gets_lost_and_the_letter_is_asked_for_again(
    with_mail: dict[str, str], box: Mailbox, tmp_path: Path
) -> None:
    somebody = newcomer(with_mail)
    with api_process(with_mail, tmp_path / "log") as process:
        headers = {"Sec-Fetch-Site": "same-origin"}
        async with httpx2.AsyncClient(base_url=process.url, headers=headers, timeout=60, verify=False) as client:
            await client.post("/api/session", json={"name": somebody.name, "password": PASSWORD, "kind": "browser"})
            body = {"email": "lost@example.com", "password": PASSWORD}
            box.refuses = "550 nobody here"
            lost = await client.post("/api/profile/email", json=body)
            told = lost.json()
            assert (lost.status_code, told["email"], told["letter"]) == (200, "lost@example.com", "not_sent")
            assert "give the same address once more" in told["problem"]
            box.refuses = ""
            again = (await client.post("/api/profile/email", json=body)).json()
            assert (again["letter"], again["problem"]) == ("sent", None)
            await until_async(lambda: box.letters)
            secret = link_in(box.letters[-1])
            assert (await client.post("/api/links/email", json={"link": secret})).status_code == 200
            gone = (await client.post("/api/profile/email", json={"email": None, "password": PASSWORD})).json()
            assert (gone["letter"], gone["problem"]) == ("none", None)
