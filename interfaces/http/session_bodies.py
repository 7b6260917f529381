"""What people send to talk with agents and teams."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from application.errors import Invalid
from application.sessions import asking
from application.sessions.asking import NEWEST, Asked, Opening, Place
from domain.kernel import Name, Record
from domain.session_commands import MOST_ATTACHMENTS
from interfaces.http.run_bodies import Model, RunBudget, allowance


class NewAttachment(Record, forbid_unknown_fields=True):
    """A document of 1 to 1,000,000 characters that comes with a message."""

    title: Name
    text: str


Attachments = Annotated[tuple[NewAttachment, ...], Meta(max_length=MOST_ATTACHMENTS)]


class NewMessage(Record, forbid_unknown_fields=True):
    """What is asked, in 1 to 100,000 characters. With a model, it makes the answer; the budget is that answer's."""

    text: str
    attachments: Attachments = ()
    model: Model | None = None
    budget: RunBudget | None = None

    def asked(self) -> Asked:
        attached = tuple(asking.Attached(each.title, each.text) for each in self.attachments)
        return Asked(self.text, attached, self.model, allowance(self.budget))


class PostMessage(NewMessage):
    """It follows the newest answer, or the one that it is `after`; `anew` it begins a conversation of its own."""

    after: UUID | None = None
    anew: bool = False

    def place(self) -> Place:
        """Raises Invalid."""
        if self.anew and self.after is not None:
            raise Invalid("give either after or anew, and not both", field="anew")
        return None if self.anew else self.after or NEWEST


class StartSession(Record, forbid_unknown_fields=True):
    """With whom somebody talks: an agent, or a team that follows a workflow. It is titled after the first message."""

    agent_id: UUID | None = None
    workflow_id: UUID | None = None
    title: Name | None = None
    message: NewMessage | None = None

    def opening(self) -> Opening:
        asked = None if self.message is None else self.message.asked()
        return Opening(self.agent_id, self.workflow_id, self.title, asked)


class RegenerateAnswer(Record, forbid_unknown_fields=True):
    """Which model answers, if another one than before."""

    model: Model | None = None


class StopAnswer(Record, forbid_unknown_fields=True):
    """Which answer; without an id, the newest that is under way."""

    answer_id: UUID | None = None
