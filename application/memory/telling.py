"""What of memory an agent is told: a pure function of recorded facts, so that the same facts give the same bytes."""

from collections.abc import Sequence
from uuid import UUID

from application.memory.facts import Fact
from domain.agent import Recall
from domain.kernel import Record
from domain.memory import MEMORY, Kind, Owner

TITLE = "Memory"
MOST_CHARACTERS = 8_000
"""Of what is told, at most; what does not fit is left out whole."""

PINNED: tuple[Kind, ...] = ("preference", "obligation")
"""What is told whatever the task is."""

FORGOTTEN = "(forgotten)"


class Told(Record):
    """What an agent is told of memory: nothing where the text is empty. `facts` are those that it is made of."""

    text: str = ""
    facts: tuple[UUID, ...] = ()

    @property
    def origins(self) -> tuple[str, ...]:
        """The facts as origins of what is made of them."""
        return tuple(f"{MEMORY}{name}" for name in self.facts)


NOTHING = Told()


def owners(
    recall: Recall, workspace_id: UUID, agent_id: UUID | None = None, session_id: UUID | None = None
) -> tuple[Owner, ...]:
    """Whose memories an agent is told from: those of its session, its own, and the workspace's."""
    if recall == "off":
        return ()
    session = () if session_id is None else (Owner("session", session_id),)
    own = () if agent_id is None else (Owner("agent", agent_id),)
    return (*session, *own, Owner("workspace", workspace_id))


def told(facts: Sequence[Fact], most: int = MOST_CHARACTERS) -> Told:
    """The facts in their order, a line for each that is trusted, within so many characters."""
    lines, names, room = list[str](), list[UUID](), most
    for fact in facts:
        line = _line(fact)
        if fact.trust != "trusted" or len(line) + 1 > room:
            continue
        room -= len(line) + 1
        lines.append(line)
        names.append(fact.fact_id)
    return Told("\n".join(lines), tuple(names))


def _line(fact: Fact) -> str:
    """One line whatever the text is, so that no fact can look like several, or like what stands around it."""
    if fact.text is None:
        return f"- {FORGOTTEN}"
    by = "a person" if fact.source.agent_id is None else "an agent"
    vouched = "" if fact.approved_at is None else ", approved by a person"
    said = " ".join(fact.text.split())
    return f"- {said} ({fact.kind}, {fact.remembered_at:%Y-%m-%d}, from {by}{vouched})"
