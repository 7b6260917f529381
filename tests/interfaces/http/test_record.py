"""Every sign-in, failure and refusal is on the record, with ids alone."""

from typing import Any
from uuid import UUID

import httpx2
import psycopg
import pytest

from tests.support.newcomers import PASSWORD, Newcomer, link_for, newcomer
from tests.support.system import System, until

ROWS = "SELECT kind, reason, user_id, workspace_id, address IS NULL FROM access_audit WHERE id > %s ORDER BY id"
LAST = "SELECT coalesce(max(id), 0) FROM access_audit"
WHOLE = "SELECT access_audit::text FROM access_audit"


class Record:
    """The rows that were written since this was made."""

    def __init__(self, url: str) -> None:
        self._url = url
        (self._before,) = self._asked(LAST)[0]

    def rows(self) -> list[tuple[Any, ...]]:
        return self._asked(ROWS, self._before)

    def kinds(self) -> list[tuple[str, str]]:
        return [(kind, reason) for kind, reason, *_ in self.rows()]

    def text(self) -> str:
        return "\n".join(row[0] for row in self._asked(WHOLE))

    def _asked(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self._url) as connection:
            return connection.execute(query.encode(), values).fetchall()


@pytest.fixture
def somebody(system: System) -> Newcomer:
    return newcomer(system.environment, email=True)


@pytest.fixture
def record(system: System, somebody: Newcomer) -> Record:
    return Record(system.environment["DATABASE_URL"])


def sign_in(client: httpx2.Client, name: str, password: str = PASSWORD) -> httpx2.Response:
    body = {"name": name, "password": password, "kind": "browser"}
    return client.post("/api/session", json=body, headers={"Sec-Fetch-Site": "same-origin"})


def test_who_comes_in_and_who_is_refused(
    anonymous: httpx2.Client, somebody: Newcomer, record: Record, home: UUID
) -> None:
    sign_in(anonymous, somebody.name, "not my password")
    sign_in(anonymous, "nobody at all")
    user_id = UUID(sign_in(anonymous, somebody.name).json()["user_id"])
    sign_in(anonymous, somebody.name)
    anonymous.delete("/api/session", headers={"Sec-Fetch-Site": "same-origin"})
    assert record.rows() == [
        ("sign_in_refused", "wrong_password", user_id, home, False),
        ("sign_in_refused", "unknown", None, None, False),
        ("signed_in", "password", user_id, home, False),
        ("signed_in", "password", user_id, home, False),
        ("signed_out", "", user_id, home, False),
        ("signed_out", "", user_id, home, False),
    ]


def test_what_is_done_with_links(anonymous: httpx2.Client, somebody: Newcomer, record: Record, system: System) -> None:
    link = link_for(system.environment, somebody.name)
    body = {"link": link, "password": "another password for tests"}
    anonymous.post("/api/links/password", json=body)
    anonymous.post("/api/links/password", json=body)
    anonymous.post("/api/password-resets", json={"name": somebody.name})
    until(lambda: len(record.kinds()) == 5)
    assert record.kinds() == [
        ("link_issued", "operator"),
        ("password_changed", "link"),
        ("signed_in", "link"),
        ("link_refused", "link_void"),
        ("password_reset_requested", "no_mail"),
    ]


def test_who_guesses_is_told_to_wait_and_that_is_on_the_record(
    anonymous: httpx2.Client, somebody: Newcomer, record: Record
) -> None:
    answers = [sign_in(anonymous, somebody.name, "not my password") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [401] * 6 + [429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 2
    assert record.kinds()[-1] == ("sign_in_delayed", "")


def test_no_text_of_a_person_is_on_the_record(anonymous: httpx2.Client, somebody: Newcomer, record: Record) -> None:
    sign_in(anonymous, somebody.name)
    text = record.text()
    assert text
    assert not any(each in text for each in (somebody.name, str(somebody.email), "127.0.0.1"))
