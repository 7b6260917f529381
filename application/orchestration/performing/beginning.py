"""What an agent is told before it says anything: the request that its first call makes, from what is on the record."""

from functools import partial

from application.intelligence import requests
from application.models.request import Message, ModelRequest
from application.orchestration.patience import patiently
from application.orchestration.performing import asking, history, using
from application.orchestration.performing.prompting import first_request
from application.orchestration.performing.remembering import with_memory
from application.orchestration.work import Work
from application.sessions.recalling import Recalled, recalled
from domain.agent import Agent as Doer
from domain.kernel import PayloadRef, Record, replace
from domain.nodes import Agent
from domain.run_values import Conversation, Member


class Beginning(Record):
    """`refs` are texts that it tells and that are on the record; `before` is the request that it goes on from."""

    request: ModelRequest
    refs: tuple[PayloadRef, ...] = ()
    before: PayloadRef | None = None
    tainted_by: tuple[str, ...] = ()


async def beginning(node: Agent, work: Work, member: Member, doer: Doer) -> Beginning:
    """The same for every attempt: once a first call is on the record, what it told is. Raises StepError."""
    told = None if work.run.conversation is None else await _told(work.run.conversation, work)
    refs, before, tainted_by = (told.refs, told.before, told.tainted_by) if told else ((), None, ())
    made = next((call.request for call in (await work.latest()).calls if call.call == 0 and call.request), None)
    if made is not None:
        load = partial(work.shop.texts.text, work.job.workspace_id)
        return Beginning(await patiently(lambda: requests.whole(made, load)), refs, before, tainted_by)
    request = await _built(node, work, member, doer, told.messages if told else ())
    if told is not None and await history.shortened(work, member, doer, request):
        return await beginning(node, work, member, doer)
    return Beginning(request, refs, before, tainted_by)


async def _built(node: Agent, work: Work, member: Member, doer: Doer, messages: tuple[Message, ...]) -> ModelRequest:
    """In a conversation, what was said takes the place of the node's prompt: its last words are what is asked."""
    asked = "" if messages else await work.prompt(node.prompt)
    request = await first_request(node, work, member, doer, asked, await asking.material(node, work))
    tools = using.offered(work.shop.tools, doer)
    told = await with_memory(messages or request.messages, work, member, doer)
    return replace(request, messages=told, tools=tools)


async def _told(conversation: Conversation, work: Work) -> Recalled:
    shop, workspace_id = work.shop, work.job.workspace_id
    return await patiently(lambda: recalled(shop.executor, shop.texts, conversation, workspace_id))
