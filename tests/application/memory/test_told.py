"""An agent that may know of memory is told what fits its task, as material, the same in every attempt."""

from uuid import uuid4

import pytest

from application.models.request import Document
from application.orchestration.start_agent import AgentRequest
from application.orchestration.steps import StepWorker
from domain import agent
from domain.agent import Recall
from domain.kernel import replace
from tests.application.memory.place import Place
from tests.application.world import ADA, World


@pytest.mark.parametrize(("recall", "told"), [("read", True), ("off", False)])
async def test_what_is_remembered_stands_beside_the_task(place: Place, recall: Recall, *, told: bool) -> None:
    await place.remembers("The harbour master prefers short answers.", kind="preference")
    world = World()
    world.steps = StepWorker(replace(world.shop, memory=place.words_only))
    who = (await world.do(uuid4(), agent.CreateAgent("Pilot", "Pilot", "Answer.", "answer", memory=recall))).stream
    run_id = uuid4()
    order = await world.agents.order(run_id, AgentRequest(who, "Question", "When is high water?"), ADA)
    await world.executor.execute_together([order], ADA, correlation_id=run_id)
    await world.perform(run_id, "answer")
    (request,) = world.provider.requests
    documents = [part for part in request.messages[-1].parts if isinstance(part, Document)]
    assert bool(documents) is told
    assert all("The harbour master prefers short answers." in each.text for each in documents)
