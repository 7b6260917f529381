"""What somebody wants started by itself is made sure of before it is on the record."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from application.errors import Invalid, NotAllowed, NotFound
from application.orchestration.start import StartRequest
from application.scheduling.drafting import Timing
from domain import nodes, schedule
from domain.kernel import Rejected, replace
from tests.application.scheduling.hall import HOURLY, NOON, Hall
from tests.application.world import ADA, DOCUMENT, WORKSPACE

HOUR = timedelta(hours=1)


@pytest.fixture
async def hall() -> Hall:
    return await Hall().opened()


async def test_a_bad_time_is_refused_at_its_field(hall: Hall) -> None:
    for timing, field in (
        (Timing(), "cron"),
        (replace(HOURLY, at=NOON + HOUR), "cron"),
        (Timing(at=NOON), "at"),
        (Timing("0 25 * * *"), "cron"),
        (replace(HOURLY, zone="Europe/Atlantis"), "zone"),
    ):
        assert await _refused(hall, timing) == field


async def test_what_could_not_be_started_now_is_refused_now(hall: Hall) -> None:
    with pytest.raises(NotFound):
        await hall.scheduled(workflow_id=uuid4())
    with pytest.raises(Invalid, match="empty"):
        await hall.scheduled(text=" ")
    number = {"type": "object", "properties": {"count": {"type": "integer"}}, "required": ["count"]}
    workflow_id = await hall.published(nodes.Transform(id="a", expression="input.count"), input=number)
    with pytest.raises(Invalid, match="not what the workflow takes"):
        await hall.scheduled(workflow_id=workflow_id)
    with pytest.raises(NotAllowed):
        await hall.scheduled(by=replace(ADA, role="agent"))


async def test_a_template_has_its_workflow_made(hall: Hall) -> None:
    request = StartRequest("Brief", DOCUMENT, template="research-brief")
    command = await hall.drafting.schedule(uuid4(), "Brief", request, HOURLY, ADA)
    assert (await hall.executor.state(command.workflow_id, WORKSPACE)).definition.nodes


async def test_a_revision_may_bring_another_input(hall: Hall) -> None:
    made = await hall.scheduled()
    request = StartRequest("Other", "Another text.")
    command = await hall.drafting.revision(made, request, Timing("30 * * * *"), ADA)
    assert (command.terms.title, command.next_at) == ("Other", NOON + HOUR / 2)
    assert await hall.payloads.get(WORKSPACE, command.terms.input) == "Another text."


async def test_a_resumed_one_makes_up_for_nothing(hall: Hall) -> None:
    made, once = await hall.scheduled(), await hall.scheduled(Timing(at=NOON + HOUR))
    for each in (made, once):
        await hall.do(each, schedule.PauseSchedule())
    hall.clock.now = NOON + 5.5 * HOUR
    assert (await hall.drafting.resumption(made, WORKSPACE)).next_at == NOON + 6 * HOUR
    with pytest.raises(Rejected, match="its moment is over"):
        await hall.drafting.resumption(once, WORKSPACE)


async def test_only_schedules_of_the_workspace_are_there(hall: Hall) -> None:
    made = await hall.scheduled()
    for stream, place in ((made, UUID(int=99)), (uuid4(), WORKSPACE), (await hall.agent("Bob"), WORKSPACE)):
        with pytest.raises(NotFound, match="no such schedule"):
            await hall.drafting.known(stream, place)


async def _refused(hall: Hall, timing: Timing) -> str | None:
    with pytest.raises(Invalid) as refused:
        await hall.scheduled(timing)
    return refused.value.field
