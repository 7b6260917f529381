"""Prompt templates of a workspace: found by name, at a label or a version, and published once they hold their tests."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from uuid import UUID

from application import registry
from application.access import Actor, authorise
from application.errors import Invalid, NotFound, Z2Error
from application.execute import Executor
from application.intelligence.assembling import Template
from application.intelligence.faults import Unfilled
from application.intelligence.variables import OWN, filled, mistakes
from application.ports import IdempotencyKey, Outcome, Recorded
from domain import name as names
from domain import prompt
from domain.kernel import Record
from domain.prompt import Case, Prompt

MOST_TOLD = 10
MOST_SECONDS = 5.0
"""For the test cases of a template together; each section that is filled in has a bound of its own besides."""

LATE = "it was not tried, because those before it took too long"
MISSING = "there is no such prompt in this workspace"


class WrongPrompt(Z2Error):
    """There are mistakes in the prompt, or it does not hold its test cases."""

    status = 422
    code = "invalid_prompt"

    def __init__(self, wrong: Sequence[str]) -> None:
        more = len(wrong) - MOST_TOLD
        super().__init__("; ".join([*wrong[:MOST_TOLD], *([f"and {more:,} more"] if more > 0 else [])]))
        self.mistakes = wrong


class FilledSection(Record):
    """A section as it was filled in."""

    section: str
    text: str


class Tried(Record):
    """What a test case came to: the sections as they were filled in, and what is wrong with them."""

    name: str
    sections: tuple[FilledSection, ...]
    problems: tuple[str, ...]


def tried(told: Prompt, case: Case) -> Tried:
    """A test case. Values named as the agent's own, such as `ask`, stand for those."""
    own = {name: str(case.values.get(name, "")) for name in OWN}
    try:
        made = filled(told, own, {name: each for name, each in case.values.items() if name not in OWN})
    except Unfilled as wrong:
        return Tried(case.name, (), (str(wrong),))
    whole = "\n\n".join(each.text for each in made)
    missing = [f"{text!r} is not in it" for text in case.has if text not in whole]
    there = [f"{text!r} is in it" for text in case.lacks if text in whole]
    sections = tuple(FilledSection(each.section, each.text) for each in made)
    return Tried(case.name, sections, (*missing, *there))


class Checked(Record):
    """What keeps a template from being published, and what its test cases come to."""

    problems: tuple[str, ...]
    cases: tuple[Tried, ...]


def checked(told: Prompt, *, seconds: float = MOST_SECONDS) -> Checked:
    """A template with its test cases. Those that are left once so many seconds of work are spent are not tried."""
    begun, cases = time.thread_time(), list[Tried]()
    for case in told.cases:
        late = bool(cases) and time.thread_time() - begun > seconds
        cases.append(Tried(case.name, (), (LATE,)) if late else tried(told, case))
    wrong = [str(each) for each in mistakes(told.sections, told.variables)]
    failed = [f"the test case {case.name!r}: {problem}" for case in cases for problem in case.problems]
    return Checked(tuple(wrong or failed), tuple(cases))


def wrong_with(told: Prompt) -> Sequence[str]:
    """All that keeps a template from being published."""
    return checked(told).problems


class Prompts:
    """The prompt templates, as the log has them."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def publish(
        self, prompt_id: UUID, command: prompt.PublishPrompt, actor: Actor, *, key: IdempotencyKey | None = None
    ) -> Outcome:
        """The next version, or the first; the same again is none. Raises WrongPrompt, NotAllowed, Rejected."""
        authorise(actor, prompt.PublishPrompt)
        if earlier := await self._executor.earlier(key):
            return earlier
        told = Prompt("active", 0, command.name, command.sections, command.variables, command.cases)
        if wrong := await asyncio.to_thread(wrong_with, told):
            raise WrongPrompt(wrong)
        return await self._executor.execute(prompt_id, command, actor, correlation_id=prompt_id, key=key)

    async def found(self, name: str, workspace_id: UUID) -> UUID:
        """The id of the prompt of this name. Raises NotFound."""
        known = await self._executor.states.refresh(registry.name_stream(workspace_id, "prompt", name))
        owner = known.state.owner_id if isinstance(known.state, names.Holder) else None
        if owner is None:
            raise NotFound(f"there is no prompt {name!r} in this workspace", field="prompt")
        return owner

    async def state(self, prompt_id: UUID, workspace_id: UUID) -> Prompt:
        """Raises NotFound."""
        try:
            state = await self._executor.state(prompt_id, workspace_id)
        except NotFound:
            raise NotFound(MISSING) from None
        if not isinstance(state, Prompt):
            raise NotFound(MISSING)
        return state

    async def pinned(self, choice: str, workspace_id: UUID) -> tuple[UUID, int]:
        """What an agent's choice such as `support@production` stands for now. Raises Invalid."""
        name, _, word = choice.partition("@")
        try:
            prompt_id = await self.found(name, workspace_id)
            state = await self.state(prompt_id, workspace_id)
        except NotFound as missing:
            raise Invalid(str(missing), field="prompt") from None
        if state.status != "active":
            raise Invalid(f"the prompt {name!r} is {state.status}; no run that uses it is started", field="prompt")
        version = state.at(word)
        if version is None:
            there = ", ".join([f"1 to {state.version}", *sorted(state.labels)])
            detail = f"the prompt {name!r} has no version and no label {word!r}; it has {there}"
            raise Invalid(detail, field="prompt")
        return prompt_id, version

    async def template(self, prompt_id: UUID, version: int, workspace_id: UUID) -> Template:
        """A version of a prompt. Raises NotFound."""
        known = self._executor.states.remembered(prompt_id)
        if isinstance(known.state, Prompt) and known.workspace_id == workspace_id and known.state.version == version:
            return Template(prompt_id, known.state)
        every = versions(await self._executor.past(prompt_id, workspace_id))
        for state in every:
            if state.version == version:
                return Template(prompt_id, state)
        raise NotFound(f"the prompt has no version {version}", field="version")


def versions(past: Sequence[Recorded]) -> Iterator[Prompt]:
    """The prompt as each publication left it. Raises NotFound where these are the events of something else."""
    state = prompt.initial
    for recorded in past:
        match recorded.event:
            case prompt.Published() as event:
                state = prompt.evolve(state, event)
                yield state
            case prompt.Labelled() | prompt.Unlabelled() | prompt.Archived() as event:
                state = prompt.evolve(state, event)
            case _:
                raise NotFound(MISSING)
