"""kill -9 of workers at each point of an agent's loop: nothing recorded is asked again, and no effect comes twice.

`HYPOTHESIS_PROFILE=thorough` kills a hundred times.
"""

import os
from collections import Counter
from collections.abc import Iterator

import pytest

from domain import run_events as run
from domain import run_tool_events as tool
from domain.kernel import replace
from tests.support import agent_lives, servers
from tests.support.agent_laws import Evidence, findings
from tests.support.agent_lives import POINTS, Lives

KILLS = 100 if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else len(POINTS)
DOUBTS = {
    *("call of a model that was never asked", "call of a model that was asked"),
    *("call of a tool that was not done", "call of a tool that was done"),
}


@pytest.fixture(scope="module")
def lives(postgres: str, redis_url: str) -> Iterator[Lives]:
    with agent_lives.lives(servers.create_database(postgres, "agent_kills"), redis_url) as found:
        yield found


@pytest.fixture(scope="module")
def evidence(lives: Lives) -> Evidence:
    """What is left of workers that have died at each point."""
    for number in range(KILLS):
        lives.live(POINTS[number % len(POINTS)])
    lives.end()
    return lives.evidence()


def test_what_agents_do_is_done_once_or_in_doubt_wherever_their_workers_die(lives: Lives, evidence: Evidence) -> None:
    found = findings(evidence)
    assert found.faults == []
    assert found.calls_repeated == 0
    assert lives.killed.total() == KILLS
    assert found.runs == 2 * KILLS, "each has had a colleague do something, once"
    assert lives.killed.keys() == set(POINTS)
    assert found.doubts.keys() == DOUBTS, "they died before, during and after it"
    assert found.calls <= found.calls_asked <= found.calls + found.calls_in_doubt


def test_what_would_have_been_done_twice_or_untold_is_found(evidence: Evidence) -> None:
    paid = next(each for each in evidence.effects if each[0] == "pay")
    assert findings(replace(evidence, effects=evidence.effects + Counter([paid]))).faults
    assert findings(replace(evidence, effects=evidence.effects - Counter(evidence.effects))).faults
    assert findings(replace(evidence, calls=[*evidence.calls, *evidence.calls])).faults
    for kind in (tool.ToolInDoubt, tool.ToolEnded, tool.ToolBegun, run.CallInDoubt, run.Completed):
        untold = [each for each in evidence.log if not isinstance(each.event, kind)]
        assert findings(replace(evidence, log=untold)).faults, kind
