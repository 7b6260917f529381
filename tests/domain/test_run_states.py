"""What each command does to a step in each state that a step and its run can be in."""

from uuid import UUID

import pytest

from domain import run, run_commands
from domain.kernel import Rejected
from domain.ledger import Reservation
from domain.run_events import Events
from tests.domain import runs
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
    "hold": run_commands.HoldCharge(Reservation(UUID(int=1), UUID(int=2), 5, 5)),
    "settle": run_commands.SettleCharge(UUID(int=2), 5, 5),
}

WHOLE = ("start", "cancel", "hold", "settle")
"""Commands that are about no step in particular."""

# "yes" is done, "-" is so already, "no" is refused, "over" is refused as superseded,
# "kept" is refused because the answer is on the record, "none" is refused as not found
TABLE = """
                    start begin begin_anew call record complete fail lose retry cancel serve end   hold  settle
absent              yes   none  none       none none   none     none none none  none   none  none  none  none
running/waiting     -     over  over       over no     over     over over no    yes    over  over  yes   -
running/scheduled   -     yes   over       no   no     no       no   no   -     yes    no    no    yes   -
running/running     -     -     over       yes  no     yes      yes  yes  -     yes    yes   -     yes   -
running/calling     -     -     over       -    yes    yes      yes  yes  -     yes    yes   yes   yes   -
running/answered    -     -     over       kept -      yes      yes  yes  -     yes    -     -     yes   -
running/again       -     over  yes        over yes    over     over over -     yes    over  over  yes   -
running/completed   -     over  over       over no     -        over over no    yes    over  over  yes   -
failed/waiting      -     over  over       over no     over     over over no    no     over  over  yes   -
failed/running      -     -     over       yes  no     yes      yes  yes  no    yes    yes   -     yes   -
failed/completed    -     over  over       over no     -        over over no    no     over  over  yes   -
failed/failed       -     over  over       over no     over     over over yes   no     over  over  yes   -
cancelled/cancelled -     over  over       over yes    over     over over no    -      over  over  yes   -
cancelled/completed -     over  over       over no     -        over over no    -      over  over  yes   -
cancelled/failed    -     over  over       over no     over     over over no    -      over  over  yes   -
completed/completed -     over  over       over no     -        over over no    no     over  over  yes   -
"""
CODES = {"rejected": "no", "step_superseded": "over", "call_recorded": "kept", "not_found": "none"}


def outcome(command: run_commands.Commands, past: tuple[Events, ...]) -> str:
    try:
        return "yes" if run.decide(command, run.decider.fold(past), CONTEXT) else "-"
    except Rejected as refusal:
        return CODES[refusal.code]


@pytest.mark.parametrize("line", TABLE.split("\n")[2:-1], ids=STATES)
def test_each_command_does_what_the_table_says_to_a_step_that_is(line: str) -> None:
    state, *expected = line.split()
    outcomes = {name: outcome(command, STATES[state]) for name, command in COMMANDS.items()}
    assert outcomes == dict(zip(COMMANDS, expected, strict=True))


@pytest.mark.parametrize("command", [command for name, command in COMMANDS.items() if name not in WHOLE])
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
