"""Somebody of one workspace tries everything that is known of another: wherever an id goes, by whatever they have."""

import json
import random
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx2

from application.identity import credentials
from domain.kernel import Record
from interfaces.http.auth import PLAIN_COOKIE
from tests.support.bodies import Bodies
from tests.support.tenant import Tenant
from tests.support.things import PLACE

FOR_ALL = ("rebuildProjection", "verifyProjection", "skipEvent", "restoreEvent")
"""Read models are of all workspaces, and whoever looks after them names no workspace's things."""

SPOILING = ("signOut", "signOutEverywhere", "switchWorkspace", "changePassword", "changeEmail", "changeProfile")
"""What would end the raid, or the raider, and takes no id but of one's own."""

FIELDS = {
    "agent_id": "agents",
    "workflow_id": "workflows",
    "run_id": "runs",
    "user_id": "members",
    "workspace_id": "workspaces",
    "run": "runs",
    "user": "members",
    "stream": "agents",
    "correlation": "runs",
}
"""What the fields of bodies and queries name."""

SECRETS: dict[str, credentials.Prefix] = {
    "link": "z2l",
    "invitation": "z2i",
    "refresh_token": "z2r",
    "device_code": "z2d",
}

SHOWN = 300


class Way(Record):
    """By what the raider proves who it is, made anew for each try."""

    name: str
    headers: Callable[[], Mapping[str, str]]


class Try(Record):
    """One request."""

    operation: str
    way: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes | None

    @property
    def sent(self) -> str:
        return f"{self.path} {self.query} {self.headers} {(self.body or b'').decode()}"


class Raid:
    """`chance` decides everything, so the same seed tries the same. `found` is what should not have been."""

    def __init__(
        self, document: dict[str, Any], client: httpx2.Client, tenant: Tenant, ways: list[Way], chance: random.Random
    ) -> None:
        self._client = client
        self._tenant = tenant
        self._ways = [*ways, Way("a key forged", self._forged_key), Way("a cookie forged", self._forged_cookie)]
        self._chance = chance
        ids = {field: partial(self._one, word) for field, word in FIELDS.items()}
        forged = {field: partial(self._forged, prefix) for field, prefix in SECRETS.items()}
        self._bodies = Bodies(
            document,
            {**ids, **forged, "template": self._hash, "positions": lambda: [chance.randint(1, tenant.position)]},
        )
        self._operations = [
            (path, method, told)
            for path, item in document["paths"].items()
            for method, told in item.items()
            if self._worthwhile(path, method, told)
            for _ in range(1 + path.count("_id}") + len(self._bodies.ids(told)) + 2 * len(queried(told)))
        ]
        self._uuids = [each for each in tenant.ids if "-" in each]
        self._cores = {bird.core.lower(): field for field, bird in tenant.birds.items()}
        self.found: list[str] = []
        self.statuses: dict[int, int] = {}
        self.tried: set[tuple[str, str]] = set()

    def _worthwhile(self, path: str, method: str, told: dict[str, Any]) -> bool:
        """Whether an id goes somewhere, or something is read."""
        if told["operationId"] in (*FOR_ALL, *SPOILING):
            return False
        keyed = any(each["name"] == "Idempotency-Key" for each in told["parameters"])
        return method == "get" or keyed or "{" in path or bool(self._bodies.ids(told))

    def once(self) -> None:
        """One try, and a look at what came of it."""
        path, method, told = self._chance.choice(self._operations)
        way = self._chance.choice(self._ways)
        made = self._try(path, method, told, way)
        self.tried.add((made.operation, way.name))
        with self._client.stream(
            made.method, made.path, params=made.query, headers=made.headers, content=made.body
        ) as answer:
            live = answer.headers.get("content-type", "").startswith("text/event-stream")
            text = "" if live else answer.read().decode()
            self._client.cookies.clear()
        self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
        self._judge(made, answer, f"{text} {dict(answer.headers)}", live=live)

    def _judge(self, made: Try, answer: httpx2.Response, text: str, *, live: bool) -> None:
        sent, said = made.sent.lower(), text.lower()
        heard = [field for core, field in self._cores.items() if core in said and core not in sent]
        heard += [each for each in self._tenant.ids if each in said and each not in sent]
        if heard or answer.status_code >= 500 or (live and made.operation == "watchRun"):
            self.found.append(f"{made.operation} by {made.way}: {answer.status_code} told {heard}: {made.sent[:SHOWN]}")

    def _try(self, path: str, method: str, told: dict[str, Any], way: Way) -> Try:
        for word, name in PLACE.findall(path):
            path = path.replace(f"{word}/{{{name}}}", f"{word}/{self._part(word, name)}")
        asked = [each for each in told["parameters"] if each["in"] == "query"]
        few = self._chance.sample(asked, min(len(asked), self._chance.choice((0, 1, 1, 2))))
        query = {each["name"]: self._value(each) for each in few}
        headers = {**way.headers(), "Accept": "application/json", "Content-Type": "application/json"}
        if self._chance.random() < 0.2:
            headers["Idempotency-Key"] = f"{self._tenant.key} {path}"
        if self._chance.random() < 0.2:
            headers["Last-Event-ID"] = str(self._chance.randint(0, self._tenant.position))
        body = self._bodies.body(told, lambda _: self._chance.random() < 0.5)
        content = None if body is None else json.dumps(body).encode()
        return Try(told["operationId"], way.name, method.upper(), path, query, headers, content)

    def _part(self, word: str, name: str) -> str:
        if name == "step":
            return "read"
        return self._one(word) if name.endswith("_id") else self._chance.choice(["openai", *self._tenant.names])

    def _value(self, parameter: dict[str, Any]) -> str:
        schema = parameter["schema"]
        if schema.get("format") == "uuid":
            return self._one(FIELDS.get(parameter["name"], ""))
        if parameter["name"] == "type":
            return self._chance.choice(["agent.", "run.", "workflow.", "webhook."])
        if schema.get("type") == "integer":
            return str(self._chance.randint(1, min(self._tenant.position, schema.get("maximum", 200))))
        if schema.get("type") == "boolean":
            return "true"
        return str(self._chance.choice(schema["enum"])) if "enum" in schema else self._something()

    def _one(self, word: str) -> str:
        """Mostly the right kind of thing."""
        right = self._tenant.known.get(word)
        return right if right and self._chance.random() < 0.6 else self._something()

    def _something(self) -> str:
        """An id or a hash of the other workspace; few are of nothing at all."""
        return str(uuid4()) if self._chance.random() < 0.05 else self._chance.choice(self._uuids)

    def _hash(self) -> str:
        return self._chance.choice([each for each in self._tenant.ids if "-" not in each])

    def _forged(self, prefix: credentials.Prefix) -> str:
        """A credential of something of the other workspace, right but for its secret."""
        return credentials.made(prefix, UUID(self._something())).text

    def _forged_key(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._forged('z2')}"}

    def _forged_cookie(self) -> dict[str, str]:
        return cookie(self._forged("z2s"))


def cookie(session: str) -> dict[str, str]:
    """What a browser sends with a request of the page itself."""
    return {"Cookie": f"{PLAIN_COOKIE}={session}", "Sec-Fetch-Site": "same-origin"}


def queried(told: dict[str, Any]) -> list[str]:
    """The fields of the query that hold an id."""
    asked = [each for each in told["parameters"] if each["in"] == "query"]
    return [each["name"] for each in asked if each["schema"].get("format") == "uuid"]
