"""Without a model a goal gets the template that it is most like, or none."""

import pytest
import yaml

from application.goals.drafting import bounded
from application.goals.likeness import FLOOR, NoneAlike, choose, source_for
from application.goals.planner import KINDS, definition, form
from application.models import formats
from application.templates import TEMPLATES
from application.templates.template import Template
from application.tools.check_workflow import check_workflow
from application.workflows.reading import read
from domain.nodes import Allowance
from infrastructure.identity.tokens import now
from infrastructure.models.offline.likeness import likeness
from infrastructure.tools.shipped import shipped

GOALS = {
    "Summarise this paper for my boss in a brief": "research-brief",
    "compare two versions of our lease and tell me what changed": "document-comparison",
    "Review the pull request diff for bugs and security problems": "code-review",
    "Sort our customer support tickets and draft replies": "support-triage",
    "What were the action items of yesterday's meeting and who does them?": "meeting-actions",
    "Is there something dangerous in the clauses of this contract?": "contract-check",
    "Which product sold best per month, from this CSV table?": "table-questions",
    "Should we move to a four-day week? Argue both sides": "debate",
}
CHECK = check_workflow({tool.name: tool.input for tool in shipped(now)})


@pytest.mark.parametrize("goal", GOALS)
def test_each_template_is_found_by_a_goal_like_it(goal: str) -> None:
    chosen = choose(goal, likeness)
    assert chosen.template.name == GOALS[goal]
    assert chosen.ranking[0].template == GOALS[goal]
    scores = [each.score for each in chosen.ranking]
    assert scores == sorted(scores, reverse=True)
    assert FLOOR <= scores[0] <= 1


@pytest.mark.parametrize(
    "goal", ["Book me a flight to Rome", "write a poem about spring", "übersetze das", "?", "x" * 4_000]
)
def test_a_goal_that_is_like_none_is_told_what_there_is(goal: str) -> None:
    with pytest.raises(NoneAlike) as why:
        choose(goal, likeness)
    assert [name for name in TEMPLATES if name not in str(why.value)] == []


def test_what_is_alike_is_nearer_to_one_the_more_it_shares() -> None:
    texts = ["tides turn turbines", "tides turn quickly", "bread is baked"]
    same, near, none = likeness("Tides turn turbines", texts)
    assert same == pytest.approx(1.0)
    assert 0 < near < same
    assert none == 0


@pytest.mark.parametrize("goal", [*GOALS, 'a: [b] {c}\n"d" # e', "w" * 500])
@pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda template: template.name)
async def test_a_draft_from_a_template_can_be_published_under_a_name_of_its_own(goal: str, template: Template) -> None:
    reading = read(bounded(source_for(goal, template), Allowance(micro_usd=5)))
    assert reading.definition is not None
    assert reading.definition.name.startswith(template.title)
    assert reading.definition.budget == Allowance(micro_usd=5)
    told = await CHECK.call({"definition": read_as_json(bounded(source_for(goal, template), None))})
    assert told == {"valid": True, "mistakes": []}


def read_as_json(source: str) -> object:
    return yaml.safe_load(source)


def test_the_planner_answers_in_a_schema_that_answers_can_be_checked_by() -> None:
    assert formats.refusal(form()) is None
    kinds = [each["$ref"].rpartition("/")[2] for each in form()["$defs"]["Node"]["anyOf"]]
    assert kinds == [*KINDS]


async def test_the_planner_itself_is_a_workflow_without_mistakes() -> None:
    own = check_workflow({tool.name: tool.input for tool in shipped(now)} | {CHECK.name: CHECK.input})
    assert await own.call({"definition": definition()}) == {"valid": True, "mistakes": []}


async def test_an_agent_is_given_a_model_that_there_is() -> None:
    agents = {"a": {"role": "A", "instructions": "Do.", "model": "openai/some"}}
    made = {"name": "X", "agents": agents, "nodes": [{"id": "a", "kind": "agent", "agent": "a", "prompt": "Do."}]}
    assert (await CHECK.call({"definition": made, "models": ["openai/some"]}))["valid"]
    told = await CHECK.call({"definition": made, "models": ["openai/other"]})
    assert told["mistakes"] == [
        "agents.a.model: there is no model 'openai/some' here; take `default` or one of openai/other"
    ]
