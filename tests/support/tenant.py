"""A workspace whose every name and text is a canary, and what may be known of it from outside."""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx2
import psycopg
from psycopg import sql

from application.access import Actor
from domain.kernel import Record
from tests.support import asked, canary
from tests.support.callers import Caller
from tests.support.canary import Canary

ID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b[0-9a-f]{64}\b")
"""Ids, and the hashes of texts and secrets."""

TABLES = """
SELECT tablename FROM pg_tables
WHERE schemaname = 'public' AND tablename NOT IN ('events', 'access_audit', 'projection_positions') ORDER BY 1
"""
"""The log is compared by its streams. That somebody tried may be on the record, and positions go on."""

VERSIONS = """
SELECT originator_id, max(originator_version) FROM events WHERE originator_id = ANY(%s) GROUP BY 1
"""

FIELDS = (
    "agent",
    "instructions",
    "workflow",
    "prompt",
    "title",
    "text",
    "key",
    "webhook",
    "role",
    "schedule",
    "trigger",
    "goal",
    "fact",
    "session",
)


class Tenant:
    """What somebody of the workspace has made there through the API: `ids` are all, `known` says what one of each is.

    Its requests had `key` as their Idempotency-Key, with a blank and their path.
    """

    key = "the request of a tenant"

    def __init__(self, client: httpx2.Client, owner: Caller) -> None:
        self._client = client
        self._owner = owner
        self.birds: dict[str, Canary] = {field: canary.fresh(field) for field in FIELDS}
        self.names = [f"r{self.birds['role'].core.lower()}"]
        self.ids: list[str] = []
        self.known = {"members": str(owner.person.user_id), "workspaces": str(owner.workspace_id)}
        self.known["logins"] = str(owner.person.login_id)
        self.position = 0

    @property
    def person(self) -> Actor:
        return self._owner.person

    def settle(self) -> None:
        """Make one of everything, and learn every id and hash that the log tells of it."""
        birds = self.birds
        told = {"name": birds["agent"].core, "instructions": birds["instructions"].name}
        agent = self._made("/api/agents", asked.an_agent(**told))
        self.known["streams"] = agent
        node = asked.a_node(agent, prompt=birds["prompt"].name)
        workflow = self._made("/api/workflows", asked.a_definition(node, name=birds["workflow"].core))
        text = f"{birds['text'].core} comes twice a day. {asked.TEXT}"
        run = asked.a_run(template=None, workflow_id=workflow, input={"title": birds["title"].core, "text": text})
        self._finish(self._made("/api/runs", run))
        self._made("/api/webhooks", {"url": f"https://{birds['webhook'].core}.invalid/", "tags": ["nothing."]})
        when = {"cron": "0 0 29 2 *", "input": {"title": birds["title"].core, "text": text}}
        self._made("/api/schedules", {"name": birds["schedule"].core, "workflow_id": workflow, **when})
        body = {"name": birds["trigger"].core, "workflow_id": workflow, "title": birds["title"].core}
        self._made("/api/triggers", body)
        self._made("/api/goals", {"goal": f"A research brief about {birds['goal'].core}"})
        message = {"text": f"What is {birds['session'].core}?"}
        self._made("/api/sessions", {"agent_id": agent, "message": message})
        self._made("/api/memories", {"text": f"{birds['fact'].core} is remembered."})
        self._made("/api/keys", {"label": birds["key"].core})
        self._post("/api/roles", {"role": self.names[0], "scopes": ["read"]})
        self._made("/api/invitations", {"role": "user"})
        assert asked.seen(self._over, True)
        self.ids = sorted({found for event in self.events() for found in ID.findall(json.dumps(event))})

    def _over(self) -> bool:
        """Whether workers have done all that was left to them."""
        types = {str(event["type"]) for event in self.events()}
        return "goal.drafted.v1" in types and bool(types & {"session.answer_completed.v1", "session.answer_failed.v1"})

    def events(self, after: int = 0) -> Iterator[dict[str, Any]]:
        """All that the log has of the workspace, behind a position."""
        following: int | None = after
        while following is not None:
            page = self._get("/api/events", after=following, limit=1_000)
            yield from page["items"]
            following, self.position = page["next"], page["position"]

    def traces(self, database_url: str) -> "Traces":
        """What the database holds of the workspace: the versions of its streams, and every row that names it."""
        with psycopg.connect(database_url) as connection:
            versions: dict[UUID, int] = dict(
                connection.execute(VERSIONS, ([each for each in self.ids if len(each) == 36],)).fetchall()
            )
            rows = [row for (table,) in connection.execute(TABLES).fetchall() for row in self._rows(connection, table)]
        return Traces(versions, tuple(sorted(rows)))

    def _rows(self, connection: "psycopg.Connection[tuple[Any, ...]]", table: str) -> Iterator[str]:
        place = str(self._owner.workspace_id)
        query = sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table))
        for (row,) in connection.execute(query).fetchall():
            if place in row or any(each in row for each in self.ids):
                yield f"{table}: {row}"

    def _finish(self, run_id: str) -> None:
        def status() -> object:
            return self._get(f"/api/runs/{run_id}", after=self.position)["status"]

        assert asked.seen(status, "completed", 60)

    def _made(self, path: str, body: dict[str, Any]) -> str:
        made = self.known[path.rpartition("/")[2]] = str(self._post(path, body)["id"])
        return made

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        headers = {**self._owner.headers, "Idempotency-Key": f"{self.key} {path}"}
        answer = self._client.post(path, json=body, headers=headers)
        assert answer.is_success, answer.text
        self.position = answer.json()["position"]
        return answer.json()

    def _get(self, path: str, **query: Any) -> Any:
        answer = self._client.get(path, params=query, headers={**self._owner.headers, "Accept": "application/json"})
        assert answer.status_code == 200, answer.text
        return answer.json()


class Traces(Record):
    """The same before and after, where nobody has written."""

    versions: dict[UUID, int]
    rows: tuple[str, ...]
