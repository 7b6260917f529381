"""What a model is told follows from the log alone: another process makes the same bytes of it, call by call."""

import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from application.intelligence.templates import Prompts
from application.sessions.asking import Asked, Attached, Opening
from domain.prompt import PublishPrompt, Sections
from tests.application.narrow import STEP, NarrowWorld
from tests.application.orchestration import retold
from tests.application.orchestration.retold import TOOLS, TURNS, Answers, story
from tests.application.sessions.talking import Talk
from tests.application.world import ADA

ROOT = Path(__file__).parents[3]


async def lived() -> tuple[NarrowWorld, retold.Story]:
    """An agent that has called its tools until what it was told had to be shortened, again and again."""
    narrow = NarrowWorld(Answers(), *TOOLS)
    sections = Sections(role="You are {{ agent }}.", task="{{ ask }}", constraints="- Be exact.", context="Brest.")
    await Prompts(narrow.world.executor).publish(uuid4(), PublishPrompt("searcher", sections), ADA)
    run_id = await narrow.start("Find the highest tide. " * 20, prompt="searcher")
    await narrow.world.perform(run_id, STEP)
    assert (await narrow.world.run(run_id)).status == "completed"
    assert len(narrow.model.requests) >= TURNS
    assert len(narrow.compacted(run_id)) >= 3
    return narrow, story(narrow.world, run_id)


async def talked() -> tuple[NarrowWorld, retold.Story]:
    """An agent that has answered three questions with documents in a session, the last one in a run of its own."""
    narrow = NarrowWorld(Answers(2), *TOOLS)
    who, talk = await narrow.agent(), Talk(narrow.world)
    files = (Attached("Tides", "The tide rises twice a day. " * 90), Attached("Brest </document>", "4.1 m"))
    posted = await talk.sessions.start(uuid4(), Opening(agent_id=who, asked=Asked("How high?", files)), ADA)
    for question in ("And the day after?", "And in a week?"):
        await talk.answered(posted)
        posted = await talk.sessions.post(posted.session_id, uuid4(), Asked(question, files[1:]), ADA)
    await talk.answered(posted)
    assert posted.ids is not None
    return narrow, story(narrow.world, posted.ids.run_id)


@pytest.mark.parametrize("seed", ["1", "2"])
@pytest.mark.parametrize("happened", [lived, talked])
async def test_each_request_is_made_again_of_the_log_byte_for_byte_by_a_process_of_its_own(
    happened: Callable[[], Awaitable[tuple[NarrowWorld, retold.Story]]], seed: str
) -> None:
    narrow, told = await happened()
    made = narrow.model.requests[-len([*retold.calls(told)]) :]
    assert len(made) >= 3
    env = {**os.environ, "PYTHONHASHSEED": seed}
    given = msgspec.json.encode(told)
    command = [sys.executable, "-m", retold.__name__]
    done = subprocess.run(command, cwd=ROOT, env=env, input=given, capture_output=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr.decode()
    requests, _, bodies = done.stdout.partition(b"\n")
    assert requests == msgspec.json.encode(made)
    assert bodies == json.dumps(await retold.bodies(made[-3:])).encode()


async def test_another_fact_on_the_record_makes_another_request() -> None:
    narrow, told = await lived()
    other = msgspec.structs.replace(
        told, texts=tuple((*key, text.replace("day 3 ", "day 7 ")) for *key, text in told.texts)
    )
    made = await retold.retold(other)
    changed = [before != after for before, after in zip(narrow.model.requests, made, strict=True)]
    assert any(changed)
    assert not changed[0], "what was told before it is the same"
