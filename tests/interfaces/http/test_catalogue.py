"""Templates and models over HTTP."""

import httpx2

from application.templates import TEMPLATES
from application.templates.costs import REFERENCE
from tests.support.asked import a_run, created, finished


def test_a_template_tells_its_steps_and_brings_a_document_to_try_it_with(api: httpx2.Client) -> None:
    templates = api.get("/api/templates").json()["items"]
    assert [each["name"] for each in templates] == [*TEMPLATES]
    for template in templates:
        ids = [step["id"] for step in template["steps"]]
        assert all(need in ids for step in template["steps"] for need in step["needs"])
    first = templates[0]
    assert first["name"] == "research-brief"
    assert len(first["sample"]["text"].split()) > 1_000
    assert first["sample"]["title"] in first["sample"]["text"]


def test_a_template_states_what_it_costs_and_for_which_model(api: httpx2.Client) -> None:
    answer = api.get("/api/templates").json()
    costs = {each["name"]: {cost["model"]: cost for cost in each["costs"]} for each in answer["items"]}
    free = costs["research-brief"]["offline/extractive"]
    assert (free["micro_usd_low"], free["micro_usd_high"]) == (0, 0)
    assert all(0 < each[REFERENCE]["micro_usd_low"] < each[REFERENCE]["micro_usd_high"] for each in costs.values())
    needing = {each["name"] for each in answer["items"] if each["needs_model"]}
    assert {name for name, each in costs.items() if "offline/extractive" not in each} == needing
    assert any("4,096" in each for each in answer["assumptions"])


def test_the_cost_of_a_template_can_be_asked_for_any_model_and_an_unknown_one_stays_unknown(
    api: httpx2.Client,
) -> None:
    (known, *_) = api.get("/api/templates", params={"model": "anthropic/claude-haiku-4-5"}).json()["items"]
    assert [cost["model"] for cost in known["costs"]] == ["anthropic/claude-haiku-4-5"]
    for model in ("deepseek/deepseek-v4-pro", "nobody/knows"):
        (found, *_) = api.get("/api/templates", params={"model": model}).json()["items"]
        (cost,) = found["costs"]
        assert (cost["micro_usd_low"], cost["micro_usd_high"]) == (None, None)
        assert "known" in cost["why_unknown"]


def test_the_steps_of_a_template_are_those_of_its_runs(api: httpx2.Client) -> None:
    (template, *_) = api.get("/api/templates").json()["items"]
    run = finished(api, created(api, "/api/runs", a_run(template=template["name"])))
    assert [{name: step[name] for name in ("id", "kind", "role", "needs")} for step in run["steps"]] == template[
        "steps"
    ]


def test_models_are_listed_with_what_keeps_them_from_work(api: httpx2.Client) -> None:
    models = {model["id"]: model for model in api.get("/api/models").json()["items"]}
    offline = models["offline/extractive"]
    assert (offline["available"], offline["why_not"], offline["is_default"]) == (True, None, True)
    assert [model["id"] for model in models.values() if model["is_default"]] == ["offline/extractive"]
    others = [model for model in models.values() if model["provider"] in ("openai", "anthropic")]
    assert {model["available"] for model in others} == {False}
    assert all("_API_KEY" in model["why_not"] for model in others)
    assert all(model["source"].startswith("https://") and model["as_of"] for model in others)
