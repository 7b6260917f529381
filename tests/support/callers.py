"""Everybody who may ask for something: in which workspace they are, what they may do, and by what they prove it."""

from typing import Literal, TypeAlias, get_args
from uuid import UUID, uuid4

from application.access import EVERYTHING, SCOPES, Actor, Scope
from application.identity.grant import Narrowing
from domain import agent, workspace
from domain.kernel import Record
from infrastructure.identity.tokens import Tokens, now
from tests.support.beside import Beside

Kind: TypeAlias = Literal[
    "anonymous", "agent", "user", "admin", "role without", "role with", "key without", "key with", "stranger"
]
"""`without` has every scope but the one that is needed, and `with` has that one alone; a stranger is the admin of
another workspace."""

KINDS: tuple[Kind, ...] = get_args(Kind)


class Caller(Record):
    """`rights` is None for nobody at all. Who has a sign-in and no lesser credential has the refresh token of it."""

    kind: Kind
    workspace_id: UUID
    actor: Actor | None
    bearer: str
    rights: frozenset[Scope] | None
    refresh_token: str | None = None

    @property
    def person(self) -> Actor:
        """Whoever it is; nobody is nobody."""
        assert self.actor is not None, "an anonymous caller has nothing of its own"
        return self.actor

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.bearer}"} if self.bearer else {}


class Callers:
    """People of two workspaces, made beside a running Z2. A person is made once, unless somebody new is wanted."""

    def __init__(self, beside: Beside, tokens: Tokens) -> None:
        self.ours, self.theirs = uuid4(), uuid4()
        self._beside = beside
        self._tokens = tokens
        self._known: dict[tuple[Kind, str], Caller] = {}

    def one(self, kind: Kind, needed: str) -> Caller:
        """The same person each time, for an operation that needs this."""
        needed = needed if kind.endswith(("with", "without")) else ""
        if (kind, needed) not in self._known:
            self._known[kind, needed] = self.new(kind, needed)
        return self._known[kind, needed]

    def new(self, kind: Kind, needed: str = "") -> Caller:
        """Somebody new, whose sign-in or key nobody else has."""
        place = self.theirs if kind == "stranger" else self.ours
        lacking = EVERYTHING - {needed}
        alone = EVERYTHING - lacking
        match kind:
            case "anonymous":
                return Caller(kind, place, None, "", None)
            case "agent":
                return self._agent()
            case "key without" | "key with":
                return self._key(kind, lacking if kind == "key without" else alone)
            case "role without" | "role with":
                scopes = lacking if kind == "role without" else alone
                return self._member(kind, place, self._role(place, scopes), scopes)
            case _:
                role = "user" if kind == "user" else "admin"
                return self._member(kind, place, role, SCOPES[role])

    def member(self, place: UUID) -> UUID:
        """The id of somebody new who has not signed in."""
        return self._beside.do(self._beside.people.member(place, "user"))

    def login(self, person: Actor) -> UUID:
        """The id of one more sign-in of this person."""
        people = self._beside.people
        return self._beside.do(people.login(person.user_id, person.workspace_id)).id

    def key(self, person: Actor) -> UUID:
        """The id of a new key of this person."""
        people = self._beside.people
        return self._beside.do(people.key(person.user_id, person.workspace_id)).id

    def role(self, place: UUID) -> str:
        """The name of a new role that nobody has."""
        return self._role(place, SCOPES["agent"])

    def _role(self, place: UUID, scopes: frozenset[Scope]) -> str:
        name = f"role-{uuid4().hex[:12]}"
        self._do(place, place, workspace.CreateWorkspace("Home"))
        self._do(place, place, workspace.DefineRole(name, tuple(sorted(scopes))))
        return name

    def _member(self, kind: Kind, place: UUID, role: str, rights: frozenset[Scope]) -> Caller:
        actor, refresh_token = self._signed_in(place, role)
        return Caller(kind, place, actor, self._tokens.issue(actor, now())[0], rights, refresh_token)

    def _signed_in(self, place: UUID, role: str) -> tuple[Actor, str]:
        people = self._beside.people
        user_id = self._beside.do(people.member(place, role))
        login = self._beside.do(people.login(user_id, place))
        return Actor(user_id, place, role, login_id=login.id), login.text

    def _agent(self) -> Caller:
        """An agent that was granted nothing, and works for an admin."""
        owner, agent_id = self._signed_in(self.ours, "admin")[0], uuid4()
        self._do(agent_id, self.ours, agent.CreateAgent(f"Agent {agent_id}", "Reader", "Read it.", "summarise"))
        token, _ = self._tokens.issue(owner, now(), Narrowing(None, agent_id))
        return Caller("agent", self.ours, owner, token, SCOPES["agent"])

    def _key(self, kind: Kind, scopes: frozenset[Scope]) -> Caller:
        people = self._beside.people
        owner, _ = self._signed_in(self.ours, "admin")
        key = self._beside.do(people.key(owner.user_id, self.ours, sorted(scopes)))
        return Caller(kind, self.ours, owner, key.text, scopes)

    def _do(self, stream: UUID, place: UUID, command: agent.Commands | workspace.Commands) -> None:
        self._beside.do(self._beside.people.do(stream, place, command))
