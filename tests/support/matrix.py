"""The matrix of access: what each caller gets to hear, compared with what the table of operations says."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx2

from application.operations import OPERATIONS
from domain.kernel import Record
from tests.support.bodies import Bodies
from tests.support.callers import KINDS, Caller, Callers, Kind
from tests.support.things import EVERYBODYS, SETTINGS, Things, Whose, kinds

BROKEN = (b"{", b'{"zz": 1}', b"[]")
"""Bodies that no operation takes."""

FIELDS = {
    "agent_id": "agents/{agent_id}",
    "session_id": "agents/{agent_id}",
    "workflow_id": "workflows/{workflow_id}",
    "run_id": "runs/{run_id}",
    "user_id": "members/{user_id}",
    "workspace_id": "workspaces/{workspace_id}",
    "stream": "streams/{stream_id}",
    "run": "runs/{run_id}",
    "correlation": "runs/{run_id}",
    "behind": "members/{user_id}",
    "user": "members/{user_id}",
    "after": "streams/{stream_id}",
    "answer_id": "streams/{stream_id}",
    "suite": "suites/{suite_id}",
    "cases": "runs/{run_id}",
    "runs": "runs/{run_id}",
}
"""What the ids in bodies and queries name."""

SAME = {
    "renameWorkspace": {"name": lambda: "Home"},
    "comparePrompt": {"before": lambda: "1", "after": lambda: "1"},
    "setLimit": {"kind": lambda: "model", "subject": lambda: "ollama/nobodys", "window": lambda: "day"},
    **{
        f"{verb}Model": {"model": lambda: "ollama/nobodys"}
        for verb in ("register", "reprice", "retire", "reinstate", "forget")
    },
}
"""People are let into workspaces of this name, so these keep it; nobody else asks for this model, or has to pay; and
prompts have a first version."""

IN_A_BROWSER = ("decideDeviceCode",)
"""Operations that take a cookie and no token at all."""

PROVED = ("switchWorkspace",)
"""Operations that a client proves itself for by its refresh token too, which other operations take of anybody."""

PROVED_AFRESH = ("changeEmail",)
"""Operations that take a sign-in of this moment from whoever has no password."""

DOOR_CODES = {"invalid_api_key": "not_signed_in"}
"""What OpenAI's clients know by another name."""

ABSENT: tuple[Whose, ...] = ("other's", "missing")

OWN_SAYS = {400, 409, 413, 415, 422, 429}
"""What an operation may answer to somebody who may ask it, about something that is there, besides a success."""


class Operation(Record):
    id: str
    method: str
    path: str
    told: dict[str, Any]

    @property
    def needed(self) -> str:
        return OPERATIONS[self.id]

    @property
    def queried(self) -> set[str]:
        """The fields of the query that hold the id of something."""
        told = [each for each in self.told["parameters"] if each["in"] == "query"]
        return {each["name"] for each in told if each["schema"].get("format") == "uuid"}

    @property
    def reads(self) -> bool:
        return self.method == "GET"


class Answer(Record):
    """Without what differs by nature: the address that was asked, and ids in it."""

    status: int
    text: str

    @property
    def code(self) -> str:
        told = json.loads(self.text) if self.text else {}
        at_the_door = told.get("error", {}).get("code", "")
        return DOOR_CODES.get(at_the_door, at_the_door) or str(told.get("type", "")).rpartition(":")[2]

    @property
    def detail(self) -> str:
        told = json.loads(self.text)
        return str(told["error"]["message"] if "error" in told else told["detail"])


class Asking(Record):
    """What asking takes."""

    client: httpx2.Client
    callers: Callers
    things: Things
    document: dict[str, Any]

    def ask(self, operation: Operation, caller: Caller, path: str, body: bytes | None) -> Answer:
        headers = {**caller.headers, "Accept": "application/json", "Content-Type": "application/json"}
        with self.client.stream(operation.method, path, headers=headers, content=body) as answer:
            self.client.cookies.clear()
            live = answer.headers.get("content-type", "").startswith("text/event-stream")
            text = "" if live else answer.read().decode()
        for part, named in zip(path.partition("?")[0].split("/"), operation.path.split("/"), strict=True):
            text = text.replace(f"/{part}", "/…") if named.startswith("{") else text
        return Answer(answer.status_code, text)

    def good(self, operation: Operation, caller: Caller) -> bytes | None:
        """A body that the operation takes, with ids of things of the caller's workspace."""
        values = {field: partial(self.things.named, kind, caller, "own") for field, kind in FIELDS.items()}
        body = Bodies(self.document, {**values, **SAME.get(operation.id, {})}).body(operation.told)
        return None if body is None else json.dumps({**body, **_proof(operation, caller)}).encode()

    def naming(self, operation: Operation, caller: Caller, field: str, whose: Whose) -> Answer:
        """The answer to a request that names something in this field of its body or its query."""
        named = self.things.named(FIELDS[field], caller, whose)
        path = self.things.address(operation.path, caller, "own")
        body = Bodies(self.document, {field: lambda: named}).body(operation.told, field.__eq__)
        query = f"?{field}={named}" if field in operation.queried else ""
        content = None if body is None else json.dumps({**body, **_proof(operation, caller)}).encode()
        answer = self.ask(operation, caller, path + query, content)
        return Answer(answer.status, answer.text.replace(named, "…"))


class Matrix:
    """Checks cells and counts them."""

    def __init__(self, document: dict[str, Any], asking: Asking) -> None:
        self._operations = {
            told["operationId"]: Operation(told["operationId"], method.upper(), path, told)
            for path, item in document["paths"].items()
            for method, told in item.items()
        }
        self._asking = asking
        self.checked: set[str] = set()
        self.taken: set[str] = set()
        self.cells = 0

    def check(self, operation_id: str) -> None:
        """Ask the operation in every way. Raises AssertionError with the cell that is not as the table says."""
        operation = self._operations[operation_id]
        if operation.needed == "public":
            self._public(operation)
        else:
            for kind in KINDS:
                self._caller(operation, kind)
        self.checked.add(operation_id)

    def check_ids(self, operation_id: str) -> None:
        """Ids in bodies and queries: what is another workspace's is answered as what is nowhere."""
        operation, bodies = self._operations[operation_id], Bodies(self._asking.document)
        caller = self._asking.callers.one("admin", "")
        unknown = (bodies.ids(operation.told) | operation.queried) - FIELDS.keys()
        assert unknown == set(), f"nobody has said what {unknown} of {operation_id} names"
        for field in bodies.ids(operation.told) | operation.queried:
            said = {whose: self._asking.naming(operation, caller, field, whose) for whose in ABSENT}
            other, missing = said.values()
            self._holds(other.status == missing.status < 500, operation, f"admin in {field}", "other's", said)
            if other.status >= 400:
                self._holds(other == missing, operation, f"admin in {field}", "other's", said)
            elif not operation.reads:
                self.taken.add(f"{operation_id} {field}")

    def _public(self, operation: Operation) -> None:
        """Who asks makes no difference."""
        for whose in self._asking.things.whose(operation.path, operation.method):
            said = {kind: self._asked(operation, self._somebody(operation, kind), whose).status for kind in KINDS}
            self._holds(len({*said.values()}) == 1, operation, "everybody", whose, said)
            self._holds(403 not in said.values(), operation, "everybody", whose, said)
            self.cells += len(said) - 2

    def _caller(self, operation: Operation, kind: Kind) -> None:
        caller = self._somebody(operation, kind)
        if caller.rights is None:
            self._refused(operation, caller, 401, "not_signed_in")
        elif operation.needed != "self" and operation.needed not in caller.rights:
            self._refused(operation, caller, 403, "not_allowed")
        else:
            self._allowed(operation, caller)

    def _somebody(self, operation: Operation, kind: Kind) -> Caller:
        """Somebody new where it may be their own sign-in that is changed."""
        callers = self._asking.callers
        fresh = operation.needed in ("self", "public") and not operation.reads
        return (callers.new if fresh else callers.one)(kind, operation.needed)

    def _refused(self, operation: Operation, caller: Caller, status: int, code: str) -> None:
        """The same answer whatever is asked for, and with whatever body: nothing of it is looked at."""
        said = {}
        for whose in self._asking.things.whose(operation.path, operation.method):
            path = self._asking.things.address(operation.path, caller, whose)
            for body in self._bodies(operation, caller):
                answer = said[whose, body] = self._asking.ask(operation, caller, path, body)
                self._holds((answer.status, answer.code) == (status, code), operation, caller.kind, whose, answer)
        details = {answer.detail for answer in said.values()}
        self._holds(len(details) == 1, operation, caller.kind, "any", details)
        if status == 403:
            needs = f"this needs the scope {operation.needed}; "
            self._holds(details.pop().startswith(needs), operation, caller.kind, "any", said)

    def _allowed(self, operation: Operation, caller: Caller) -> None:
        answers = {
            whose: self._asked(operation, caller, whose)
            for whose in self._asking.things.whose(operation.path, operation.method)
        }
        for whose, answer in answers.items():
            own = whose == "own"
            expected = self._own(operation, caller, answer) if own else self._absent(operation, caller, answer)
            self._holds(expected, operation, caller.kind, whose, answer)
        if {"other's", "missing"} <= answers.keys():
            same = answers["other's"] == answers["missing"]
            self._holds(same, operation, caller.kind, "other's and missing", answers)

    def _absent(self, operation: Operation, caller: Caller, answer: Answer) -> bool:
        """Nothing is there. Everybody has the same names of read models and of settings, which are no secret."""
        first = kinds(operation.path)[0]
        if answer.status == 409:
            return first in EVERYBODYS
        if answer.status == 401:
            return first in SETTINGS and answer.code == "single_sign_on_failed"
        return answer.status == 404 or self._own_refusal(operation, caller, answer)

    def _own(self, operation: Operation, caller: Caller, answer: Answer) -> bool:
        """Let in: what is refused is refused by the operation itself, for a reason of its own."""
        if operation.reads:
            return answer.status in (200, 303)
        good = answer.status < 300 or answer.status in OWN_SAYS
        return good or self._own_refusal(operation, caller, answer)

    def _own_refusal(self, operation: Operation, caller: Caller, answer: Answer) -> bool:
        """Who may ask may still not do everything: not give away rights, say, that they lack. Admins lack none."""
        everything = caller.kind in ("admin", "stranger") and operation.id not in (*IN_A_BROWSER, *PROVED_AFRESH)
        return answer.status == 403 and not operation.reads and not everything and "this needs the" not in answer.text

    def _asked(self, operation: Operation, caller: Caller, whose: Whose) -> Answer:
        things = self._asking.things
        path = things.address(operation.path, caller, whose, fresh=whose == "own" and not operation.reads)
        return self._asking.ask(operation, caller, path, self._asking.good(operation, caller))

    def _bodies(self, operation: Operation, caller: Caller) -> Iterator[bytes | None]:
        yield self._asking.good(operation, caller)
        yield from BROKEN if "requestBody" in operation.told else ()

    def _holds(self, holds: bool, operation: Operation, caller: str, whose: str, said: object) -> None:
        self.cells += 1
        assert holds, f"{operation.id} by {caller} about {whose}: {said}"


def _proof(operation: Operation, caller: Caller) -> dict[str, str]:
    """What the body of such an operation holds besides."""
    return {"refresh_token": caller.refresh_token} if operation.id in PROVED and caller.refresh_token else {}
