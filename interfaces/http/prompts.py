"""Prompt templates over HTTP: published, tried, labelled, compared and archived."""

import asyncio
from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from application.errors import NotFound
from application.intelligence import comparing
from application.intelligence.assembling import Template
from application.intelligence.templates import Prompts
from application.orchestration.prompt_trials import Trials
from application.orchestration.texts import Texts
from domain import prompt as domain
from domain.prompt import LabelPrompt, PublishPrompt, UnlabelPrompt
from infrastructure.models.tokens import Tokens
from interfaces.composition import Core
from interfaces.http import prompt_views as views
from interfaces.http.commands import Accepted, After, Key, Signed, caught_up, created, new_stream, sent
from interfaces.http.reading import reading
from projections import prompts

_tokens = Tokens()

OfVersion = Annotated[
    str,
    QueryParameter(
        name="version",
        max_length=40,
        description="A version or a label; without it the one in production, or the newest while there is none.",
    ),
]
From = Annotated[
    str, QueryParameter(name="from", max_length=40, description="A version or a label; the one before `to` without.")
]
To = Annotated[str, QueryParameter(name="to", max_length=40, description="A version or a label; the newest without.")]


class PromptController(Controller):
    path = "/prompts"
    tags = ("prompts",)

    @post(operation_id="createPrompt", summary="Publish a new prompt")
    async def create(
        self, data: JSONBody[PublishPrompt], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Response[Accepted]:
        """It is filled in with the values of each of its test cases, and refused where one does not hold."""
        outcome = await Prompts(core.executor).publish(new_stream(key), data, request.user, key=key)
        return created(request, Accepted.of(outcome))

    @put("/{prompt_id:uuid}", operation_id="publishPrompt", summary="Publish a new version of a prompt")
    async def publish(
        self,
        prompt_id: FromPath[UUID],
        data: JSONBody[PublishPrompt],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
    ) -> Accepted:
        """Runs that have begun keep the version that they have, and labels stay where they are."""
        known = Prompts(core.executor)
        await known.state(prompt_id, request.user.workspace_id)
        return Accepted.of(await known.publish(prompt_id, data, request.user, key=key))

    @post("/check", operation_id="checkPrompt", summary="Check a prompt and try its test cases", status_code=200)
    async def check(self, data: JSONBody[PublishPrompt], request: Signed) -> views.PromptCheck:
        """All that would keep it from being published; nothing is written."""
        told = domain.Prompt("active", 0, data.name, data.sections, data.variables, data.cases)
        return await asyncio.to_thread(views.checked, told)

    @get(operation_id="listPrompts", summary="List the prompts")
    async def all(self, request: Signed, core: NamedDependency[Core], after: After = None) -> views.PromptList:
        await caught_up(core.tail, prompts.projection.name, after)
        async with reading(core, request.user) as connection:
            rows = await prompts.listed(connection, request.user.workspace_id)
        return views.PromptList([views.summary(row) for row in rows])

    @get("/{prompt_id:uuid}", operation_id="readPrompt", summary="Read a prompt")
    async def one(
        self,
        prompt_id: FromPath[UUID],
        request: Signed,
        core: NamedDependency[Core],
        of_version: OfVersion = "",
        after: After = None,
    ) -> views.Prompt:
        await caught_up(core.tail, prompts.projection.name, after)
        newest, found = await _found(core, prompt_id, of_version, request.user.workspace_id)
        made = found.version, newest.version, newest.status, newest.labels
        return views.Prompt(prompt_id, newest.name, *made, found.sections, found.variables, found.cases)

    @post("/{prompt_id:uuid}/test", operation_id="testPrompt", summary="Try the test cases", status_code=200)
    async def test(
        self,
        prompt_id: FromPath[UUID],
        request: Signed,
        core: NamedDependency[Core],
        of_version: OfVersion = "",
    ) -> views.PromptCheck:
        """Of a version that there is; no model is asked."""
        _, found = await _found(core, prompt_id, of_version, request.user.workspace_id)
        return await asyncio.to_thread(views.checked, found)

    @get("/{prompt_id:uuid}/diff", operation_id="readPromptDifference", summary="What changed between two versions")
    async def diff(
        self,
        prompt_id: FromPath[UUID],
        request: Signed,
        core: NamedDependency[Core],
        before: From = "",
        became: To = domain.NEWEST,
    ) -> views.PromptDiff:
        workspace_id = request.user.workspace_id
        _, new = await _found(core, prompt_id, became, workspace_id)
        _, old = await _found(core, prompt_id, before or str(max(1, new.version - 1)), workspace_id)
        return views.PromptDiff(old.version, new.version, await asyncio.to_thread(comparing.difference, old, new))

    @post("/{prompt_id:uuid}/compare", operation_id="comparePrompt", summary="Compare two versions", status_code=200)
    async def compare(
        self,
        prompt_id: FromPath[UUID],
        data: JSONBody[views.ComparePrompt],
        request: Signed,
        core: NamedDependency[Core],
    ) -> views.PromptComparison:
        """On recorded runs: all steps by agents are told anew, whatever they were told then; no model is asked."""
        workspace_id = request.user.workspace_id
        old, new = [await _template(core, prompt_id, word, workspace_id) for word in (data.before, data.after)]
        found = await _trials(core, workspace_id).of(old, new, data.runs, workspace_id)
        return views.PromptComparison(old.prompt.version, new.prompt.version, found)

    @post("/{prompt_id:uuid}/label", operation_id="labelPrompt", summary="Put a label on a version", status_code=200)
    async def label(
        self,
        prompt_id: FromPath[UUID],
        data: JSONBody[LabelPrompt],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
    ) -> Accepted:
        """Runs that start from now on, and go by this label, are told this version."""
        return await sent(core, prompt_id, data, request.user, key=key)

    @post("/{prompt_id:uuid}/unlabel", operation_id="unlabelPrompt", summary="Take a label away", status_code=200)
    async def unlabel(
        self,
        prompt_id: FromPath[UUID],
        data: JSONBody[UnlabelPrompt],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
    ) -> Accepted:
        """Runs of agents that go by this label are not started any more."""
        return await sent(core, prompt_id, data, request.user, key=key)

    @post("/{prompt_id:uuid}/archive", operation_id="archivePrompt", summary="Archive a prompt", status_code=200)
    async def archive(
        self, prompt_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Accepted:
        """No run of an agent that has it is started any more, until it is published again."""
        return await sent(core, prompt_id, domain.ArchivePrompt(), request.user, key=key)


async def _found(core: Core, prompt_id: UUID, word: str, workspace_id: UUID) -> tuple[domain.Prompt, domain.Prompt]:
    """The prompt as it is now, and at a version. Raises NotFound."""
    newest = await Prompts(core.executor).state(prompt_id, workspace_id)
    return newest, (await _template(core, prompt_id, word, workspace_id)).prompt


async def _template(core: Core, prompt_id: UUID, word: str, workspace_id: UUID) -> Template:
    """Raises NotFound."""
    known = Prompts(core.executor)
    version = (await known.state(prompt_id, workspace_id)).at(word)
    if version is None:
        raise NotFound(f"the prompt has no version and no label {word!r}", field="version")
    return await known.template(prompt_id, version, workspace_id)


def _trials(core: Core, workspace_id: UUID) -> Trials:
    async def family_of(model: str) -> str:
        card = await core.models.card(workspace_id, model)
        return card.family if card else ""

    return Trials(core.executor, Texts(core.payloads), _tokens, family_of)
