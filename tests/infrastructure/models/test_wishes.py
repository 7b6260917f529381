"""What a model or a service does not take is left out and told; what a model cannot do is not asked of it."""

from contextlib import aclosing

import pytest

from application.models.card import ModelCard
from application.models.failure import ModelError
from application.models.request import Format, Image, Message, ModelRequest, Sampling, Text, Tool
from domain.kernel import replace
from infrastructure.models import wishes
from infrastructure.models.service import Service
from infrastructure.models.services import SERVICES
from tests.infrastructure.models.asking import Vendor, house, request, told, warnings
from tests.infrastructure.models.serving import served

ALL = Sampling(temperature=0.5, top_p=0.9, stop=("END",), seed=7, presence_penalty=0.1, frequency_penalty=0.2)
DRAWN = ["temperature", "top_p", "presence_penalty", "frequency_penalty"]


def drawing(model: str) -> ModelRequest:
    return replace(request(model), sampling=ALL)


@pytest.mark.parametrize(
    ("vendor", "said", "dropped"),
    [
        (
            "openai",
            {"temperature": 0.5, "top_p": 0.9, "stop": ["END"], "seed": 7, "presence_penalty": 0.1}
            | {"frequency_penalty": 0.2},
            [],
        ),
        ("responses", {"temperature": 0.5, "top_p": 0.9}, ["stop", "seed", "presence_penalty", "frequency_penalty"]),
        ("anthropic", {"stop_sequences": ["END"]}, [*DRAWN[:2], "seed", *DRAWN[2:]]),
    ],
)
async def test_each_protocol_is_sent_what_it_knows_and_the_rest_is_told(
    vendor: Vendor, said: dict[str, object], dropped: list[str]
) -> None:
    async with house(vendor) as home:
        deltas = await told(home.provider, drawing(home.model))
        body = home.server.calls[0].body
    names = {*Sampling.__struct_fields__, "stop_sequences"}
    assert {name: body[name] for name in names if name in body} == said
    assert warnings(deltas) == dropped


async def test_nothing_is_told_where_nothing_was_asked_for() -> None:
    async with house("anthropic") as home:
        assert warnings(await told(home.provider, request(home.model))) == []


@pytest.mark.parametrize(
    ("name", "dropped"),
    [
        ("xai", ["stop", "presence_penalty", "frequency_penalty"]),
        ("deepseek", ["temperature", "presence_penalty", "frequency_penalty"]),
        ("moonshot", DRAWN),
        ("groq", []),
    ],
)
async def test_what_a_service_refuses_is_in_the_table(name: str, dropped: list[str]) -> None:
    async with served(name) as home:
        deltas = await told(home.provider, drawing(f"{name}/x"))
        body = home.server.calls[0].body
    assert warnings(deltas) == dropped
    assert not set(dropped) & set(body)


async def test_a_seed_has_the_name_that_the_service_gives_it() -> None:
    assert SERVICES["mistral"].seed == "random_seed"
    wish = wishes.granted(drawing("mistral/x"), SERVICES["mistral"])
    assert wish.request.sampling.seed == 7


CARD = ModelCard(id="test/x", provider="test", description="")


def granted(asked: ModelRequest, card: ModelCard, service: Service = SERVICES["groq"]) -> wishes.Wish:
    return wishes.granted(asked, service, card)


def test_a_model_that_is_known_to_take_no_temperature_is_sent_none() -> None:
    wish = granted(drawing("test/x"), replace(CARD, cannot=("sampling",)))
    assert wish.request.sampling == Sampling(stop=("END",), seed=7)
    assert [each.detail.partition(":")[0] for each in wish.warnings] == DRAWN


def test_anthropic_is_sent_a_temperature_for_models_that_are_known_to_take_one() -> None:
    card = replace(CARD, can=("sampling",))
    assert granted(drawing("test/x"), card, SERVICES["anthropic"]).request.sampling.temperature == 0.5


def test_a_model_that_does_not_reason_is_not_told_how_much_to_and_keeps_its_temperature() -> None:
    card = replace(CARD, cannot=("reasoning",))
    wish = granted(replace(drawing("test/x"), effort="high"), card, SERVICES["deepseek"])
    assert (wish.effort, wish.request.sampling.temperature) == (None, 0.5)
    assert [each.detail.partition(":")[0] for each in wish.warnings] == ["effort"]


def test_efforts_have_the_names_that_the_service_gives_them() -> None:
    asked = replace(request("test/x"), effort="medium")
    assert granted(asked, CARD, SERVICES["moonshot"]).effort == "high"
    assert granted(asked, CARD).effort == "medium"


async def test_what_a_workspace_knows_of_a_model_goes_before_the_catalogue() -> None:
    async with served("groq") as home:
        known = replace(CARD, cannot=("sampling",))
        async with aclosing(home.remote.stream(drawing("groq/x"), known)) as deltas:
            assert warnings([delta async for delta in deltas]) == DRAWN


TOOL = Tool("tides", "", {"type": "object"})
PICTURE = Message("user", (Text("What is this?"), Image("image/png", "iVBORw0KGgo=")))


@pytest.mark.parametrize(
    ("asked", "lacking", "what"),
    [
        (replace(request("test/x"), tools=(TOOL,)), "tools", "takes no tools"),
        (replace(request("test/x"), messages=(PICTURE,)), "vision", "takes no pictures"),
    ],
)
def test_what_a_model_cannot_do_is_not_asked_of_it(asked: ModelRequest, lacking: str, what: str) -> None:
    card = replace(CARD, cannot=(lacking,))
    with pytest.raises(ModelError, match=what) as refused:
        granted(asked, card)
    assert refused.value.code == "model_incapable"
    assert granted(asked, CARD).warnings == (), "what is unknown may be tried"


def test_a_model_that_cannot_be_bound_is_told_the_form_in_words() -> None:
    asked = replace(request("test/x"), format=Format("city", {"type": "object"}))
    wish = granted(asked, replace(CARD, cannot=("structured_output",)))
    assert wish.form is None
    assert "JSON Schema" in wish.request.instructions


@pytest.mark.parametrize(
    ("service", "choice", "chosen", "tools", "warned"),
    [
        ("groq", "required", "required", 2, []),
        ("qwen", "required", "auto", 2, ["tool_choice"]),
        ("moonshot", "tides", "auto", 2, ["tool_choice"]),
        ("llamacpp", "tides", "required", 1, []),
        ("llamacpp", "none", "none", 2, []),
    ],
)
def test_a_choice_of_tools_that_a_service_does_not_know_becomes_the_nearest_one(
    service: str, choice: str, chosen: str, tools: int, warned: list[str]
) -> None:
    asked = replace(request("test/x"), tools=(replace(TOOL, name="weather"), TOOL), tool_choice=choice)
    wish = granted(asked, CARD, SERVICES[service])
    assert (wish.request.tool_choice, len(wish.request.tools)) == (chosen, tools)
    assert [each.detail.partition(":")[0] for each in wish.warnings] == warned


@pytest.mark.parametrize(
    ("service", "wanted", "said", "warned"),
    [("groq", True, None, 0), ("groq", False, False, 0), ("qwen", True, True, 0), ("google", False, None, 1)],
)
def test_several_calls_at_once_are_allowed_or_forbidden_where_that_can_be_said(
    service: str, wanted: bool, said: bool | None, warned: int
) -> None:
    asked = replace(request("test/x"), tools=(TOOL,), parallel_tools=wanted)
    wish = granted(asked, CARD, SERVICES[service])
    assert (wish.parallel, len(wish.warnings)) == (said, warned)
