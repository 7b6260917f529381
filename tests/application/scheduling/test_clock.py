"""What is due is started once, in its author's name, or says why it is not."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from application.access import Actor
from application.errors import Unavailable
from application.scheduling.clock import run_of
from application.scheduling.drafting import Timing
from application.tasks import ended
from domain import agent, api_key, run_commands, schedule, user, workflow, workspace
from domain.kernel import replace
from tests.application.scheduling.hall import ECHO, HOURLY, NOON, Hall
from tests.application.world import ADA, DOCUMENT, WORKSPACE
from tests.support.until import until

HOUR = timedelta(hours=1)


@pytest.fixture
async def hall() -> Hall:
    return await Hall().opened()


async def test_a_run_is_started_when_it_is_due_and_not_before(hall: Hall) -> None:
    made = await hall.scheduled()
    await hall.at(0.99)
    assert hall.runs() == []
    await hall.at(1)
    (started,) = hall.runs()
    assert (started.title, started.started_by) == ("Brief", ADA.user_id)
    assert await hall.payloads.get(WORKSPACE, started.input) == DOCUMENT
    run_id = run_of(made, NOON + HOUR)
    assert hall.fired(made) == [schedule.Fired(NOON + HOUR, run_id, NOON + 2 * HOUR)]
    assert hall.store.events(run_id)[0] == started
    (context,) = {recorded.context for recorded in hall.store.log if recorded.stream == run_id}
    assert (context.actor_id, context.causation) == (ADA.user_id, f"schedule:{made}")


async def test_any_number_of_workers_start_one_run(hall: Hall) -> None:
    made = await hall.scheduled()
    await hall.scheduled(HOURLY)
    clocks = [hall.ticking(), hall.ticking(hall.other_process), hall.ticking(hall.other_process)]
    hall.clock.now = NOON + HOUR
    await asyncio.gather(*(clock.tick() for clock in clocks))
    await asyncio.gather(*(clock.tick() for clock in clocks))
    assert len(hall.runs()) == 2
    assert len(hall.fired(made)) == 1
    assert hall.skipped(made) == []


async def test_after_a_time_of_nobody_looking_the_latest_moment_alone_is_made_up_for(hall: Hall) -> None:
    made = await hall.scheduled()
    await hall.at(73.5)
    assert [(each.at, each.next_at) for each in hall.fired(made)] == [(NOON + 73 * HOUR, NOON + 74 * HOUR)]
    await hall.at(73.6)
    assert len(hall.runs()) == 1


async def test_one_for_a_single_moment_is_over_when_it_has_fired(hall: Hall) -> None:
    made = await hall.scheduled(Timing(at=NOON + 2 * HOUR))
    await hall.at(5)
    await hall.at(6)
    assert [(each.at, each.next_at) for each in hall.fired(made)] == [(NOON + 2 * HOUR, None)]
    assert (await hall.schedule(made)).status == "ended"


async def test_what_is_lost_with_a_worker_is_started_by_the_next_one_and_once(hall: Hall) -> None:
    made = await hall.scheduled()
    hall.store.lost_answers = 1
    with pytest.raises(Unavailable):
        await hall.at(1)
    await hall.at(1.01, hall.ticking(hall.other_process))
    hall.store.away.failures = 1
    with pytest.raises(Unavailable):
        await hall.at(2)
    await hall.over(run_of(made, NOON + HOUR))
    await hall.at(2.01, hall.ticking(hall.other_process))
    assert [each.at for each in hall.fired(made)] == [NOON + HOUR, NOON + 2 * HOUR]
    assert len(hall.runs()) == 2


class TestOverlap:
    async def test_while_its_last_run_goes_on_it_is_skipped(self, hall: Hall) -> None:
        made = await hall.scheduled()
        await hall.at(1)
        await hall.at(2)
        (skipped,) = hall.skipped(made)
        assert (skipped.at, skipped.code, skipped.next_at) == (NOON + 2 * HOUR, "overlap", NOON + 3 * HOUR)
        await hall.over(run_of(made, NOON + HOUR))
        await hall.at(3)
        assert len(hall.fired(made)) == 2

    async def test_a_paused_run_goes_on_and_a_cancelled_one_does_not(self, hall: Hall) -> None:
        made = await hall.scheduled()
        await hall.at(1)
        run_id = run_of(made, NOON + HOUR)
        await hall.do(run_id, run_commands.PauseRun())
        await hall.at(2)
        await hall.do(run_id, run_commands.CancelRun())
        await hall.at(3)
        assert ([each.code for each in hall.skipped(made)], len(hall.fired(made))) == (["overlap"], 2)

    async def test_it_may_be_allowed(self, hall: Hall) -> None:
        made = await hall.scheduled(replace(HOURLY, overlap="allow"))
        await hall.at(1)
        await hall.at(2)
        assert (len(hall.runs()), hall.skipped(made)) == (2, [])


class TestAuthor:
    async def test_who_is_no_member_any_more_starts_nothing_also_after_a_return(self, hall: Hall) -> None:
        made = await hall.scheduled()
        await hall.do(WORKSPACE, workspace.RemoveMember(ADA.user_id))
        await hall.at(1)
        await hall.do(WORKSPACE, workspace.AddMember(ADA.user_id, "user"))
        await hall.at(2)
        assert (hall.runs(), [each.code for each in hall.skipped(made)]) == ([], ["not_allowed", "not_allowed"])
        command = await hall.drafting.revision(made, None, HOURLY, ADA)
        await hall.executor.execute(made, command, ADA, correlation_id=made)
        await hall.at(3)
        assert len(hall.runs()) == 1

    async def test_nor_whoever_is_disabled_or_has_a_role_that_may_not(self, hall: Hall) -> None:
        made = await hall.scheduled()
        await hall.do(WORKSPACE, workspace.ChangeRole(ADA.user_id, "agent"))
        await hall.at(1)
        await hall.do(WORKSPACE, workspace.ChangeRole(ADA.user_id, "admin"))
        await hall.do(ADA.user_id, user.DisableUser())
        await hall.at(2)
        assert [each.code for each in hall.skipped(made)] == ["not_allowed", "not_allowed"]
        await hall.do(ADA.user_id, user.EnableUser())
        await hall.at(3)
        assert len(hall.runs()) == 1

    async def test_a_revoked_key_starts_nothing_and_one_that_lives_is_the_runs(self, hall: Hall) -> None:
        key_id = uuid4()
        await hall.do(key_id, api_key.IssueKey(ADA.user_id, "Deploy", "0" * 64, ("read", "runs:start")))
        made = await hall.scheduled(by=replace(ADA, key_id=key_id))
        await hall.at(1)
        (started,) = hall.runs()
        assert started.key_id == key_id
        await hall.over(run_of(made, NOON + HOUR))
        await hall.do(key_id, api_key.RevokeKey())
        await hall.at(2)
        assert [each.code for each in hall.skipped(made)] == ["not_allowed"]

    async def test_an_agent_starts_as_long_as_it_is_granted_that(self, hall: Hall) -> None:
        agent_id = await hall.agent("Planner")
        await hall.do(agent_id, agent.GrantAgentScopes(("runs:start",)))
        scopes = frozenset({"read", "runs:start"})
        made = await hall.scheduled(by=Actor(ADA.user_id, WORKSPACE, "agent", scopes, agent_id=agent_id))  # type: ignore[arg-type]  # they are scopes
        await hall.at(1)
        await hall.do(agent_id, agent.GrantAgentScopes(()))
        await hall.at(2)
        assert (len(hall.fired(made)), [each.code for each in hall.skipped(made)]) == (1, ["not_allowed"])

    async def test_whoever_revises_it_is_its_author(self, hall: Hall) -> None:
        made, bob = await hall.scheduled(), replace(ADA, user_id=uuid4())
        await hall.member(bob.user_id)
        command = await hall.drafting.revision(made, None, HOURLY, bob)
        await hall.executor.execute(made, command, bob, correlation_id=made)
        await hall.at(1)
        assert [started.started_by for started in hall.runs()] == [bob.user_id]


class TestRefusals:
    async def test_what_cannot_be_started_says_why_and_is_tried_at_the_next_moment(self, hall: Hall) -> None:
        workflow_id = await hall.published(ECHO)
        made = await hall.scheduled(workflow_id=workflow_id)
        await hall.do(workflow_id, workflow.ArchiveWorkflow())
        await hall.at(1)
        (skipped,) = hall.skipped(made)
        assert (skipped.code, "is archived" in skipped.detail) == ("invalid", True)
        assert (await hall.schedule(made)).next_at == NOON + 2 * HOUR

    async def test_one_that_fails_stops_no_other(self, hall: Hall) -> None:
        broken, good = await hall.scheduled(), await hall.scheduled()
        terms = (await hall.schedule(broken)).terms
        assert terms is not None
        bad = schedule.ReviseSchedule(replace(terms, cron="no cron", zone="UTC"), NOON + HOUR)
        await hall.do(broken, bad)
        await hall.at(1.5)
        assert len(hall.fired(good)) == 1

    async def test_what_is_no_schedule_is_left_alone(self, hall: Hall) -> None:
        hall.schedules += [uuid4(), WORKSPACE, await hall.agent("Bob")]
        await hall.at(1)
        assert hall.runs() == []


async def test_a_clock_goes_on_when_what_was_away_is_back(hall: Hall) -> None:
    await hall.scheduled()
    hall.clock.now = NOON + HOUR
    hall.store.away.gone = True
    running = asyncio.create_task(hall.ticking().run())
    try:
        await hall.store.away.refused.wait()
        assert hall.runs() == []
        hall.store.away.gone = False
        assert await until(hall.runs)
    finally:
        await ended(running)
