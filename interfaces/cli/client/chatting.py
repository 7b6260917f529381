"""A conversation in the terminal: somebody asks, the answer is heard, and so on until they have had enough."""

from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import quote
from uuid import UUID

import click

from domain.kernel import Record
from interfaces.cli.client import asking, document, speaking, talks, wire
from interfaces.cli.client.connection import Connection, connect
from interfaces.cli.client.hearing import Listener, Question
from interfaces.cli.client.speaking import Leaving, Terminal
from interfaces.cli.client.stream import PATIENCE
from interfaces.cli.client.talks import Asked
from interfaces.cli.client.wording import one_line
from interfaces.cli.failure import BadInput, Failure

HELP = """\
/attach FILE   attach a document to the next message
/again         have the last message answered once more
/title WORDS   give the session another title
/exit          end the conversation, as Ctrl-D does
Ctrl-C stops an answer; the session stays."""


class Wishes(Record):
    """What to call the session, who answers, and the documents of the first message."""

    title: str | None
    model: str | None
    places: tuple[str, ...]


def chat(agent: str | None, resume: str | None, wishes: Wishes) -> None:
    """Raises BadInput and Failure."""
    if agent is None and resume is None:
        raise BadInput("say with whom to talk", "name an agent, or give --resume; see `z2 agents`")
    with connect() as api:
        agent_id = talks.agent(api, agent) if agent is not None else None
        talk = Talk(api, agent_id, wishes)
        if resume is not None:
            talk.resume(talks.find(api, resume, agent_id))
        for place in wishes.places:
            talk.attach(place)
        talk.go_on()


class Talk:
    """`session_id` is there once something was asked."""

    def __init__(self, api: Connection, agent_id: UUID | None, wishes: Wishes) -> None:
        self.session_id: UUID | None = None
        self._api = api
        self._agent_id = agent_id
        self._wishes = wishes
        self._screen = Terminal()
        self._attached: list[dict[str, str]] = []
        self._last: UUID | None = None
        self._failed = False
        self._warned = False
        self._position = 0

    def resume(self, session_id: UUID) -> None:
        """Show what was said last, and hear what is being said."""
        found = talks.read(self._api, session_id)
        self.session_id = session_id
        talks.tell(found)
        branch = found.branch()
        self._last = next((message.id for message in reversed(branch) if message.kind == "question"), None)
        newest = branch[-1] if branch else None
        if newest is not None and newest.status == "under_way":
            self._hear(Asked(session_id, 0, newest.after, newest.id, newest.run_id))

    def attach(self, place: str) -> None:
        """Raises BadInput."""
        read = document.read(place)
        self._attached.append({"title": read.title, "text": read.text})

    def go_on(self) -> None:
        """Until there is nothing more to say. Raises Failure where nobody sits there and something went wrong."""
        try:
            while True:
                self._turn(self._next())
        except (Leaving, KeyboardInterrupt):
            self._screen.end()
        if self.session_id is not None:
            self._seen(self.session_id)
            click.echo(f"go on with: z2 chat --resume {self.session_id}", err=True)
        if self._failed and not self._screen.attended:
            raise Failure("an answer has failed", f"see `z2 sessions show {self.session_id}`")

    def _next(self) -> str:
        """The next line; Ctrl-C leaves the one that was begun, and once more the conversation. Raises Leaving."""
        try:
            line = self._screen.ask("you> ")
        except KeyboardInterrupt:
            if self._warned or not self._screen.attended:
                raise Leaving from None
            self._warned = True
            self._screen.remark("\nCtrl-D, /exit or Ctrl-C once more ends the conversation")
            return ""
        self._warned = self._warned and not line.strip()
        return line

    def _seen(self, session_id: UUID) -> None:
        """Let what was said be seen by whoever looks next; it is on the record, whether or not one may read it yet."""
        with suppress(Failure):
            talks.read(self._api, session_id, after=self._position)

    def _turn(self, line: str) -> None:
        if not line.strip():
            return
        try:
            asked = self._command(line.strip()) if line.startswith("/") else self._asked(line)
        except Failure as failure:
            if not self._screen.attended:
                raise
            self._screen.remark(str(failure))
            return
        if asked is not None:
            self._hear(asked)

    def _command(self, line: str) -> Asked | None:
        """Raises Leaving and Failure."""
        word, _, rest = line.partition(" ")
        match word:
            case "/exit" | "/quit":
                raise Leaving
            case "/attach" if rest.strip():
                self.attach(rest.strip())
                self._screen.remark(f"{len(self._attached)} attached to the next message")
            case "/title" if rest.strip() and self.session_id is not None:
                body = {"title": document.title(rest)}
                self._api.put(f"/api/sessions/{self.session_id}", body, wire.Accepted)
            case "/again" if self._last is not None:
                return self._posted(f"/api/sessions/{self.session_id}/messages/{self._last}/regenerate", self._model())
            case _:
                self._screen.remark(HELP)
        return None

    def _asked(self, text: str) -> Asked:
        message = {"text": text, "attachments": self._attached, **self._model()}
        if self.session_id is None:
            body: dict[str, object] = {"agent_id": self._agent_id, "message": message}
            if self._wishes.title:
                body["title"] = document.title(self._wishes.title)
            asked = self._posted("/api/sessions", body)
        else:
            asked = self._posted(f"/api/sessions/{self.session_id}/messages", message)
        self._attached = []
        self.session_id, self._last = asked.id, asked.message_id
        return asked

    def _posted(self, path: str, body: Mapping[str, object]) -> Asked:
        asked = self._api.post(path, body, Asked)
        self._position = asked.position
        return asked

    def _model(self) -> dict[str, str]:
        return {"model": self._wishes.model} if self._wishes.model else {}

    def _hear(self, asked: Asked) -> None:
        """Show the answer until it is over; Ctrl-C stops it."""
        assert asked.run_id is not None, "what was asked is answered by a run"
        self._api.patience = PATIENCE
        listener = Listener(self._api, asked.run_id, self._screen)
        try:
            while (question := listener.listen()) is not None:
                self._answer(asked.run_id, question)
        except KeyboardInterrupt:
            body = {"answer_id": asked.answer_id}
            self._api.post(f"/api/sessions/{asked.id}/stop", body, wire.Accepted)
            self._screen.remark("stopped")
            return
        self._over(asked.run_id, listener)

    def _over(self, run_id: UUID, listener: Listener) -> None:
        """What was not heard is read, and what went wrong is told."""
        run = listener.watched.run
        if run.output is not None:
            self._api.raw(f"/api/runs/{run_id}", {"after": listener.watched.position})
            text = self._api.text(f"/api/runs/{run_id}/output")
            if text.strip() != listener.said.strip():
                whole = not text.startswith(listener.said)
                self._screen.words(
                    f"\n{text}" if whole and listener.said else text[0 if whole else len(listener.said) :]
                )
        self._screen.over()
        if run.status != "completed":
            self._failed = True
            why = f"the answer has failed ({run.code}): {run.detail}" if run.status == "failed" else "stopped"
            self._screen.remark(one_line(why))

    def _answer(self, run_id: UUID, question: Question) -> None:
        """Ask the person what the agent asks; a decision is made elsewhere."""
        query: dict[str, str | int] = {"run": str(run_id), "after": question.position}
        items = self._api.get("/api/inbox", asking.Inbox, query).items
        ask = next((each for each in items if each.step == question.step), None)
        if ask is None:
            return  # somebody else has answered meanwhile
        if question.decision or not ask.mine:
            self._screen.remark(f"a person is asked: {one_line(ask.question)}; see `z2 inbox`")
            return
        self._screen.remark(speaking.asked(ask.question))
        path = f"/api/runs/{run_id}/steps/{quote(question.step, safe='')}/answer"
        while not (text := self._screen.ask("answer> ")).strip():
            pass
        self._api.post(path, {"text": text}, wire.Accepted)
