"""The documents that a run has: its input, and what people attached to the conversation that it answers in."""

from collections.abc import Iterator
from uuid import UUID

from application.execute import Executor
from application.orchestration.texts import Texts
from application.orchestration.tools import ToolCall, ToolError
from application.sessions import finding
from domain.kernel import PayloadRef, Record
from domain.run_state import Run


class RunDocument(Record):
    """A text that is stored. No two of a run have the same title."""

    title: str
    content: PayloadRef


class RunDocuments:
    """Finds the documents of whoever calls a tool."""

    def __init__(self, executor: Executor, texts: Texts) -> None:
        self._executor = executor
        self._texts = texts

    async def of(self, call: ToolCall) -> tuple[RunDocument, ...]:
        """Those of the run, the input first. Raises NotFound and Unavailable."""
        run = await self._executor.state(call.run_id, call.workspace_id)
        assert isinstance(run, Run), "a tool is called in a run"
        found = [] if run.input is None else [RunDocument(run.title or "input", run.input)]
        if run.conversation is not None:
            session_id, answer_id = run.conversation.session_id, run.conversation.answer_id
            found += await self._attached(session_id, answer_id, call.workspace_id)
        return tuple(_told_apart(found))

    async def named(self, call: ToolCall, title: str) -> RunDocument:
        """Raises ToolError where there is none, with the titles that there are."""
        documents = await self.of(call)
        wanted = title.strip().casefold()
        found = next((each for each in documents if each.title.casefold() == wanted), None)
        if found is None:
            known = ", ".join(repr(each.title) for each in documents[:50]) or "none"
            raise ToolError(f"there is no document {title!r} in this run; there are {known}")
        return found

    async def text(self, call: ToolCall, document: RunDocument) -> str:
        """Raises NotFound and Unavailable."""
        return await self._texts.text(call.workspace_id, document.content)

    async def _attached(self, session_id: UUID, answer_id: UUID, workspace_id: UUID) -> list[RunDocument]:
        session = await finding.session(self._executor, session_id, workspace_id)
        attached = (each for message in session.path(answer_id) for each in message.attachments)
        return [RunDocument(each.title, each.content) for each in attached]


def _told_apart(documents: list[RunDocument]) -> Iterator[RunDocument]:
    """Where a title is taken, the next one of it is numbered."""
    taken = set[str]()
    for each in documents:
        title, number = each.title, 1
        while title.casefold() in taken:
            number += 1
            title = f"{each.title} ({number})"
        taken.add(title.casefold())
        yield RunDocument(title, each.content)
