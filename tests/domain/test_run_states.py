"""What each command does to a step in each state that a step and its run can be in."""

from uuid import UUID

import pytest

from domain import run, run_commands
from domain import run_events as fact
from domain.kernel import Rejected
from domain.ledger import Reservation
from domain.run_charge_commands import HoldCharge, SettleCharge
from domain.run_events import Events
from domain.run_values import Fork
from tests.domain import acting, runs
from tests.domain.runs import begun, call_begun, call_recorded, completed, failed, lost, run_failed, scheduled
from tests.support.given import CONTEXT

BESIDE = (runs.started("a", "b"), scheduled("a"), scheduled("b"), begun("b"))
ON = (*BESIDE, begun("a"))
DOWN = (failed("b", final=True), run_failed("b"))

STATES: dict[str, tuple[Events, ...]] = {
    "absent": (),
    "running/waiting": (runs.started("b", "a: b"), scheduled("b")),
    "running/scheduled": BESIDE,
    "running/running": ON,
    "running/calling": (*ON, call_begun("a")),
    "running/answered": (*ON, call_begun("a"), call_recorded("a")),
    "running/again": (*ON, call_begun("a"), lost("a"), runs.call_in_doubt("a"), scheduled("a", 2)),
    "running/completed": (*ON, completed("a")),
    "failed/waiting": (*BESIDE, *DOWN),
    "failed/running": (*ON, *DOWN),
    "failed/completed": (*ON, completed("a"), *DOWN),
    "failed/failed": (*ON, failed("a", final=True), run_failed("a"), completed("b")),
    "paused/waiting": (*BESIDE, fact.Paused()),
    "paused/running": (*ON, fact.Paused()),
    "paused/completed": (*ON, completed("a"), fact.Paused()),
    "cancelled/cancelled": (*ON, call_begun("a"), runs.call_in_doubt("a"), runs.cancelled()),
    "cancelled/completed": (*ON, completed("a"), runs.cancelled()),
    "cancelled/failed": (*ON, failed("a", final=True), run_failed("a"), runs.cancelled()),
    "completed/completed": (*ON, completed("a"), completed("b"), runs.run_completed()),
}
COMMANDS: dict[str, run_commands.Commands] = {
    "start": runs.start("a", "b"),
    "begin": runs.begin("a"),
    "begin anew": runs.begin("a", 2),
    "call": runs.begin_call("a"),
    "record": runs.record_call("a"),
    "complete": runs.complete("a"),
    "fail": runs.fail("a"),
    "lose": runs.lose("a"),
    "retry": runs.retry("a"),
    "cancel": runs.cancel(),
    "serve": runs.serve_call("a"),
    "end": runs.end_call("a"),
    "open": runs.open_step("a", Fork()),
    "pass": runs.pass_step("a"),
    "suspend": runs.suspend("a"),
    "child": runs.end_child("a", UUID(int=1), "completed"),
    "decide": runs.decide("a"),
    "give": runs.give("a"),
    "skip": runs.skip("a"),
    "signal": runs.signal("paid"),
    "wake": run_commands.WakeRun(),
    "pause": run_commands.PauseRun(),
    "resume": run_commands.ResumeRun(),
    "hold": HoldCharge(Reservation(UUID(int=1), UUID(int=2), 5, 5)),
    "settle": SettleCharge(UUID(int=2), 5, 5),
    "use": acting.begin_tool(),
    "used": acting.end_tool(),
    "shorten": acting.compact(),
}

# "yes" is done, "-" is so already, "no" is refused, "over" is refused as superseded, "unfit" as not of its kind,
# "unasked" as not waiting for it, "kept" because the answer is on the record, "none" as not found
WORKERS = """
                    start begin begin_anew call record complete fail lose retry cancel serve end
absent              yes   none  none       none none   none     none none none  none   none  none
running/waiting     -     over  over       over no     over     over over no    yes    over  over
running/scheduled   -     yes   over       no   no     no       no   no   -     yes    no    no
running/running     -     -     over       yes  no     yes      yes  yes  -     yes    yes   -
running/calling     -     -     over       -    yes    yes      yes  yes  -     yes    yes   yes
running/answered    -     -     over       kept -      yes      yes  yes  -     yes    -     -
running/again       -     over  yes        over yes    over     over over -     yes    over  over
running/completed   -     over  over       over no     -        over over no    yes    over  over
failed/waiting      -     over  over       over no     over     over over no    no     over  over
failed/running      -     -     over       yes  no     yes      yes  yes  no    yes    yes   -
failed/completed    -     over  over       over no     -        over over no    no     over  over
failed/failed       -     over  over       over no     over     over over yes   no     over  over
paused/waiting      -     over  over       over no     over     over over no    yes    over  over
paused/running      -     -     over       yes  no     yes      yes  yes  no    yes    yes   -
paused/completed    -     over  over       over no     -        over over no    yes    over  over
cancelled/cancelled -     over  over       over yes    over     over over no    -      over  over
cancelled/completed -     over  over       over no     -        over over no    -      over  over
cancelled/failed    -     over  over       over no     over     over over no    -      over  over
completed/completed -     over  over       over no     -        over over no    no     over  over
"""
OTHERS = """
                    open pass suspend child decide give skip signal wake pause resume  hold settle
absent              none none none    none  none   none none none   none none  none  none none
running/waiting     over over over    -     unasked unasked yes  yes    -    yes   -    yes  -
running/scheduled   no   no   no      -     unasked unasked yes  yes    -    yes   -    yes  -
running/running     unfit yes  unfit   -     unasked unasked yes  yes    -    yes   -    yes  -
running/calling     unfit yes  unfit   -     unasked unasked yes  yes    -    yes   -    yes  -
running/answered    unfit yes  unfit   -     unasked unasked yes  yes    -    yes   -    yes  -
running/again       over over over    -     unasked unasked yes  yes    -    yes   -    yes  -
running/completed   over over over    -     unasked unasked no   yes    -    yes   -    yes  -
failed/waiting      over over over    -     unasked unasked no   no     -    no    no    yes  -
failed/running      unfit yes  unfit   -     unasked unasked no   no     -    no    no    yes  -
failed/completed    over over over    -     unasked unasked no   no     -    no    no    yes  -
failed/failed       over over over    -     unasked unasked yes  no     -    no    no    yes  -
paused/waiting      over over over    -     unasked unasked yes  yes    -    -     yes    yes  -
paused/running      unfit yes  unfit   -     unasked unasked yes  yes    -    -     yes    yes  -
paused/completed    over over over    -     unasked unasked no   yes    -    -     yes    yes  -
cancelled/cancelled over over over    -     unasked unasked no   no     -    no    no    yes  -
cancelled/completed over over over    -     unasked unasked no   no     -    no    no    yes  -
cancelled/failed    over over over    -     unasked unasked no   no     -    no    no    yes  -
completed/completed over over over    -     unasked unasked no   no     -    no    no    yes  -
"""
ACTING = """
                    use  used shorten
absent              none none none
running/waiting     over no   over
running/scheduled   no   no   no
running/running     yes  no   yes
running/calling     yes  no   yes
running/answered    yes  no   yes
running/again       over no   over
running/completed   over no   over
failed/waiting      over no   over
failed/running      yes  no   yes
failed/completed    over no   over
failed/failed       over no   over
paused/waiting      over no   over
paused/running      yes  no   yes
paused/completed    over no   over
cancelled/cancelled over no   over
cancelled/completed over no   over
cancelled/failed    over no   over
completed/completed over no   over
"""
CODES = {
    "rejected": "no",
    "step_superseded": "over",
    "call_recorded": "kept",
    "not_found": "none",
    "invalid_opening": "unfit",
    "invalid_wait": "unfit",
    "not_waiting": "unasked",
}


def outcome(command: run_commands.Commands, past: tuple[Events, ...]) -> str:
    try:
        return "yes" if run.decide(command, run.decider.fold(past), CONTEXT) else "-"
    except Rejected as refusal:
        return CODES[refusal.code]


@pytest.mark.parametrize("state", STATES)
def test_each_command_does_what_the_table_says_to_a_step_that_is(state: str) -> None:
    rows = [row.split() for table in (WORKERS, OTHERS, ACTING) for row in table.split("\n")[2:-1]]
    expected = [each for name, *outcomes in rows if name == state for each in outcomes]
    outcomes = {name: outcome(command, STATES[state]) for name, command in COMMANDS.items()}
    assert outcomes == dict(zip(COMMANDS, expected, strict=True))


@pytest.mark.parametrize("command", [command for command in COMMANDS.values() if hasattr(command, "step")])
def test_a_step_that_the_plan_does_not_know_is_not_found(command: run_commands.Commands) -> None:
    with pytest.raises(Rejected, match="the run has no step 'a'") as refusal:
        run.decide(command, run.decider.fold([runs.started("b"), scheduled("b")]), CONTEXT)
    assert (refusal.value.code, refusal.value.field) == ("not_found", "step")


def test_every_command_of_a_run_stands_in_the_table() -> None:
    assert {type(command) for command in COMMANDS.values()} == set(run_commands.Commands.__args__)


def test_the_step_of_each_line_is_in_the_state_that_the_line_names() -> None:
    named = {"calling": "running", "answered": "running", "again": "scheduled"}
    for name, past in STATES.items():
        state = run.decider.fold(past)
        status, _, step = name.partition("/")
        assert state.status == status
        assert not step or state.steps["a"].status == named.get(step, step)
