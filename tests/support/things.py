"""What the paths of the API name: one thing of each kind in each of two workspaces, and one that is nowhere."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias
from uuid import UUID, uuid4, uuid5

import httpx2

from application.evaluating.suites import case_of
from application.ledger import entries
from application.sessions.asking import Ids
from tests.support import asked
from tests.support.callers import Caller, Callers

Whose: TypeAlias = Literal["own", "other's", "missing", "in part"]
"""Of the caller's workspace, of another, nowhere; or a part that is missing of a thing that is there."""

PLACE = re.compile(r"([^/]+)/\{(\w+)\}")

EVERYBODYS: Mapping[str, str] = {"projections/{name}": "agents"}
"""Kinds of which all workspaces have the same."""

PARTS: Mapping[str, str] = {
    "steps/{step}": "read",
    "calls/{call}": "0",
    "tools/{number}": "0",
    "attachments/{number}": "0",
}
"""Kinds that are a part of what stands before them in the path."""

OTHER: Mapping[str, str] = {
    "/subject": "waiting/{run_id}",
    "/tools/{number}/arguments": "acting/{run_id}",
    "/tools/{number}/output": "acting/{run_id}",
}
"""Ends of paths that are there only while a run waits for people, or where one has called a tool."""

RUN = "runs/{run_id}"

MESSAGES = "messages/{message_id}"
"""A kind that each session has one of."""

CASES = "cases/{case_id}"
"""A kind that each suite has one of."""

SETTINGS = ("oidc/{provider}",)
"""Kinds that the settings name, and those of a test name none."""

NAMES: Mapping[str, tuple[str, str]] = {
    "secrets/{provider}": ("groq", "anthropic"),
    "routes/{name}": ("some-route", "no-route"),
    "models/{model}": ("route%2Fauto", "route%2Fnowhere"),
}
"""Kinds that each workspace has under names of its own: one that is there, and one that is not."""

ROLES = ("roles/{role}",)

CODES = ("device/{user_code}",)
"""Kinds that belong to whoever knows them."""

PERSONAL = ("keys/{key_id}", "logins/{login_id}")
"""Kinds that belong to a person, who need not be an admin to change them."""


def _first_message(path: str, whose: Whose) -> UUID:
    """The message with which the session in the path was started; one that is nowhere, where it is to be missing."""
    session_id = UUID(path.partition("/sessions/")[2].partition("/")[0])
    return uuid4() if whose == "in part" else Ids.of(uuid5(session_id, "first")).message_id


def kinds(path: str) -> list[str]:
    """What each parameter of a path names: the word before it and its own name."""
    return [f"{word}/{{{name}}}" for word, name in PLACE.findall(path)]


class Things:
    """`client` speaks to the running Z2; things are made as they are asked for, by an admin of their workspace."""

    def __init__(self, client: httpx2.Client, callers: Callers) -> None:
        self._client = client
        self._callers = callers
        self._known: dict[tuple[str, UUID], str] = {}
        self._cases: dict[str, UUID] = {}
        self._made: dict[str, Callable[[Caller], str]] = {
            "agents/{agent_id}": self._agent,
            "streams/{stream_id}": self._agent,
            "workflows/{workflow_id}": self._workflow,
            RUN: self._run,
            "waiting/{run_id}": self._waiting_run,
            "acting/{run_id}": self._acting_run,
            "goals/{goal_id}": lambda owner: self._posted(owner, "/api/goals", {"goal": "A research brief"}),
            "webhooks/{webhook_id}": self._webhook,
            "prompts/{prompt_id}": lambda owner: self._posted(owner, "/api/prompts", asked.a_prompt()),
            "sessions/{session_id}": self._session,
            "suites/{suite_id}": self._suite,
            "evaluations/{evaluation_id}": lambda owner: self._posted(
                owner, f"/api/suites/{self._suite(owner)}/evaluations", {}
            ),
            "memories/{fact_id}": lambda owner: self._posted(owner, "/api/memories", {"text": f"Fact {uuid4()}."}),
            "schedules/{schedule_id}": self._schedule,
            "triggers/{trigger_id}": self._trigger,
            "keys/{key_id}": lambda owner: str(callers.key(owner.person)),
            "logins/{login_id}": lambda owner: str(callers.login(owner.person)),
            "members/{user_id}": lambda owner: str(callers.member(owner.workspace_id)),
            "roles/{role}": lambda owner: callers.role(owner.workspace_id),
            "invitations/{invitation_id}": lambda owner: self._posted(owner, "/api/invitations", {"role": "user"}),
            "workspaces/{workspace_id}": lambda owner: str(owner.workspace_id),
            "secrets/{provider}": self._secret,
            "routes/{name}": self._route,
            "doubts/{doubt_id}": self._try,
            "models/{model}": lambda _: NAMES["models/{model}"][0],
        }

    def is_known(self, kind: str) -> bool:
        return kind in {*self._made, *EVERYBODYS, *PARTS, *SETTINGS, *CODES, MESSAGES, CASES}

    def whose(self, path: str, method: str) -> list[Whose]:
        """Which things this path can be asked for."""
        told = kinds(path)
        if not told or (told[0] in NAMES and method == "PUT"):
            return ["own"]
        if told[0] in SETTINGS:
            return ["missing"]
        if told[0] in {*EVERYBODYS, *NAMES, *CODES}:
            return ["own", "missing"]
        return ["own", "other's", "missing", "in part"] if len(told) > 1 else ["own", "other's", "missing"]

    def address(self, path: str, caller: Caller, whose: Whose, *, fresh: bool = False) -> str:
        """The path to such a thing, for a caller; a fresh one may be changed."""
        run = next((instead for end, instead in OTHER.items() if path.endswith(end)), RUN)
        for kind in kinds(path):
            word = kind.partition("/")[0]
            if kind == MESSAGES:
                path = path.replace(kind, f"{word}/{_first_message(path, whose)}")
                continue
            if kind == CASES:
                suite_id = path.partition("/suites/")[2].partition("/")[0]
                path = path.replace(
                    kind, f"{word}/{uuid4() if whose == 'in part' else self._cases.get(suite_id, uuid4())}"
                )
                continue
            path = path.replace(kind, f"{word}/{self.named(run if kind == RUN else kind, caller, whose, fresh=fresh)}")
        return path

    def one(self, kind: str, owner: Caller) -> str:
        """The id of a thing of this kind, the same each time."""
        key = kind, owner.person.user_id if kind in PERSONAL else owner.workspace_id
        if key not in self._known:
            self._known[key] = self._made[kind](owner)
        return self._known[key]

    def named(self, kind: str, caller: Caller, whose: Whose, *, fresh: bool = False) -> str:
        """What stands in a path, a query or a body for such a thing."""
        if kind in PARTS:
            return PARTS[kind] if whose != "in part" else "nowhere"
        if kind in EVERYBODYS:
            return EVERYBODYS[kind] if whose == "own" else "nowhere"
        if kind in SETTINGS:
            return "nowhere"
        if kind in CODES:
            return self._code() if whose == "own" else "BCDF-GHJK"
        if whose == "missing":
            return NAMES[kind][1] if kind in NAMES else f"role-{uuid4().hex[:12]}" if kind in ROLES else str(uuid4())
        own = whose != "other's"
        owner = caller if own and caller.actor and kind in PERSONAL else self._admin(caller, own=own)
        return self._made[kind](owner) if own and fresh else self.one(kind, owner)

    def _admin(self, caller: Caller, *, own: bool) -> Caller:
        return self._callers.one("stranger" if own is (caller.kind == "stranger") else "admin", "")

    def _session(self, owner: Caller) -> str:
        file = {"title": "Report", "text": asked.TEXT}
        message = {"text": "What is this about?", "attachments": [file]}
        return self._posted(owner, "/api/sessions", {"agent_id": self._agent(owner), "message": message})

    def _suite(self, owner: Caller) -> str:
        """One with a case."""
        suite_id = self._posted(owner, "/api/suites", {"name": f"suite-{uuid4().hex[:12]}"})
        run_id = self.one(RUN, owner)
        answer = self._client.post(f"/api/suites/{suite_id}/cases", json={"run_id": run_id}, headers=owner.headers)
        assert answer.is_success, answer.text
        self._cases[suite_id] = case_of(UUID(suite_id), UUID(run_id))
        return suite_id

    def _posted(self, owner: Caller, path: str, body: dict[str, Any]) -> str:
        return str(asked.created(self._client, path, body, **owner.headers)["id"])

    def _agent(self, owner: Caller) -> str:
        return self._posted(owner, "/api/agents", asked.an_agent())

    def _workflow(self, owner: Caller) -> str:
        node = asked.a_node(self.one("agents/{agent_id}", owner))
        return self._posted(owner, "/api/workflows", asked.a_definition(node))

    def _run(self, owner: Caller) -> str:
        """One that has ended, with a step `read`."""
        return self._reached(owner, self.one("workflows/{workflow_id}", owner), "completed")

    def _waiting_run(self, owner: Caller) -> str:
        """One whose step `read` asks people whether its input is good."""
        node = {"id": "read", "kind": "approval", "question": "Is it good?"}
        return self._reached(owner, self._posted(owner, "/api/workflows", asked.a_definition(node)), "waiting")

    def _acting_run(self, owner: Caller) -> str:
        """One whose step `read` has called a tool, by a model that does what it is told."""
        doer = asked.an_agent(task="answer", model="openai/gpt-6-luna", tools=["calculate"])
        told = asked.a_node(self._posted(owner, "/api/agents", doer), prompt='<<0: calculate {"expression": "6 * 7"}>>')
        return self._reached(owner, self._posted(owner, "/api/workflows", asked.a_definition(told)), "completed")

    def _reached(self, owner: Caller, workflow_id: str, wanted: str) -> str:
        """A new run of the workflow that has come so far."""
        body = asked.a_run(template=None, workflow_id=workflow_id)
        accepted = asked.created(self._client, "/api/runs", body, **owner.headers)
        path = f"/api/runs/{accepted['id']}"

        def status() -> object:
            answer = self._client.get(path, params={"after": accepted["position"]}, headers=owner.headers)
            return answer.json()["status"]

        assert asked.seen(status, wanted, 60)
        return str(accepted["id"])

    def _try(self, owner: Caller) -> str:
        """The entry of a try at a model, once the bill has it; it was answered, so nobody doubts it."""
        run_id = self.one(RUN, owner)
        events = self._client.get(f"/api/runs/{run_id}/events", headers=owner.headers).json()["items"]
        told = self._client.get("/api/costs", params={"after": events[-1]["position"]}, headers=owner.headers)
        assert told.is_success, told.text
        return str(entries.of_run(UUID(run_id), "read", 1, 0, 0))

    def _webhook(self, owner: Caller) -> str:
        return self._posted(owner, "/api/webhooks", {"url": "https://example.invalid/hook", "tags": ["nothing."]})

    def _schedule(self, owner: Caller) -> str:
        """One that is due in the night of a leap day."""
        body = {"name": asked.name("Schedule"), "workflow_id": self.one("workflows/{workflow_id}", owner)}
        what = {"input": {"title": "Tides", "text": asked.TEXT}, "cron": "0 0 29 2 *"}
        return self._posted(owner, "/api/schedules", body | what)

    def _trigger(self, owner: Caller) -> str:
        workflow_id = self.one("workflows/{workflow_id}", owner)
        return self._posted(
            owner, "/api/triggers", {"name": asked.name("Trigger"), "workflow_id": workflow_id, "title": "Tides"}
        )

    def _code(self) -> str:
        """That a client shows which wants to be let in."""
        answer = self._client.post("/api/device", json={})
        return str(answer.json()["user_code"])

    def _route(self, owner: Caller) -> str:
        name = NAMES["routes/{name}"][0]
        answer = self._client.put(f"/api/routes/{name}", json={}, headers=owner.headers)
        assert answer.is_success, answer.text
        return name

    def _secret(self, owner: Caller) -> str:
        """The key of a provider that is nowhere, so that trying it asks nobody."""
        name = NAMES["secrets/{provider}"][0]
        body = {"value": "sk-nobodys-key-of-any-provider", "base_url": "https://example.invalid/v1", "test": False}
        answer = self._client.put(f"/api/secrets/{name}", json=body, headers=owner.headers)
        assert answer.is_success, answer.text
        return name
