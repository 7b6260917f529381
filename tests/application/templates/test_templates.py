"""Every template is a workflow without mistakes, brings its own agents and a sample, and says when it needs a model."""

import subprocess
import sys
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest

from application.errors import Invalid
from application.models import formats
from application.models.request import Format
from application.orchestration.start import StartRequest
from application.orchestration.texts import JSON, PLAIN, kept_value
from application.templates import TEMPLATES
from application.templates.template import Template
from application.workflows.checking import Around, check
from application.workflows.reading import read
from domain import agent, workflow
from domain.workspace import BUILT_IN_ROLES
from infrastructure.identity.tokens import now
from infrastructure.tools.shipped import shipped
from tests.application.world import ADA, WORKSPACE, World

ROOT = Path(__file__).parents[3]
TOOLS = {tool.name: tool.input for tool in shipped(now)}
ALL = pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda template: template.name)


@pytest.fixture
def world() -> World:
    return World()


@ALL
def test_there_is_no_mistake_in_it_where_nothing_else_is_there(template: Template) -> None:
    reading = read(template.source())
    assert reading.mistakes == []
    assert reading.definition is not None
    around = Around(agents={}, workflows={}, tools=TOOLS, roles=BUILT_IN_ROLES)
    assert check(reading.definition, reading.lines, around) == []


@ALL
def test_its_sample_is_what_it_takes(template: Template) -> None:
    value = template.sample.value()
    given = kept_value(value)
    assert given is not None
    assert template.sample.title
    schema = template.definition.input
    if schema is None:
        assert isinstance(value, str)
    else:
        assert formats.check(given.text, Format("input", schema)) is None


@ALL
def test_its_agents_have_names_and_ids_of_their_own(template: Template) -> None:
    made = template.agents()
    assert len({command.name for command in made.values()}) == len(made)
    names = [command.name for other in TEMPLATES.values() for command in other.agents().values()]
    assert len(set(names)) == len(names)
    agents = template.workflow(WORKSPACE).agents
    assert agents == {key: template.agent_id(WORKSPACE, key) for key in made}


@ALL
async def test_it_is_published_in_a_fresh_workspace_when_it_is_first_started(world: World, template: Template) -> None:
    value = template.sample.value()
    given = kept_value(value)
    assert given is not None
    media_type = PLAIN if isinstance(value, str) else JSON
    request = StartRequest("A sample", given.text, template=template.name, media_type=media_type)
    await world.starter.start(run_id := uuid4(), request, ADA)
    run = await world.run(run_id)
    assert run.workflow_name == template.title
    state = await world.executor.state(template.workflow_id(WORKSPACE), WORKSPACE)
    assert isinstance(state, workflow.Workflow)
    assert state.definition == template.definition
    for key in template.agents():
        assert isinstance(await world.executor.state(template.agent_id(WORKSPACE, key), WORKSPACE), agent.Agent)


def test_those_who_made_a_brief_before_keep_their_agents() -> None:
    brief = TEMPLATES["research-brief"]
    assert [*brief.agents()] == ["read", "question", "write"]
    assert [each.name for each in brief.agents().values()] == ["Brief reader", "Brief analyst", "Brief editor"]


@pytest.mark.parametrize("name", [each.name for each in TEMPLATES.values() if each.needs_model])
async def test_nothing_is_made_of_a_template_that_needs_a_model_and_has_none(world: World, name: str) -> None:
    given = kept_value(TEMPLATES[name].sample.value())
    assert given is not None
    request = StartRequest("A sample", given.text, template=name, media_type=JSON, model="offline/extractive")
    with pytest.raises(Invalid, match="needs a language model") as why:
        await world.starter.start(uuid4(), request, ADA)
    assert why.value.field == "model"
    assert world.store.log == []


def test_a_query_of_ones_own_spares_the_model() -> None:
    table = TEMPLATES["table-questions"]
    sample = table.sample.value()
    assert table.asks_a_model(sample)
    assert not table.asks_a_model(sample | {"sql": "SELECT 1"})
    assert table.asks_a_model(sample | {"sql": ""})


def test_templates_and_samples_are_in_the_wheel(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"application/templates/{name}.yaml" for name in TEMPLATES} <= names
    assert "application/goals/planner.yaml" in names
    samples = [each.sample for each in TEMPLATES.values()]
    files = {name for sample in samples for name in (sample.document, *sample.files.values()) if name}
    assert {f"application/templates/examples/{name}" for name in files} <= names
