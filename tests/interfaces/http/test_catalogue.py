"""Templates and models over HTTP."""

import httpx2

from tests.support.asked import a_run, created, finished


def test_a_template_tells_its_steps_and_brings_a_document_to_try_it_with(api: httpx2.Client) -> None:
    (template,) = api.get("/api/templates").json()["items"]
    assert template["name"] == "research-brief"
    ids = [step["id"] for step in template["steps"]]
    assert all(need in ids for step in template["steps"] for need in step["needs"])
    assert len(template["sample"]["text"].split()) > 1_000
    assert template["sample"]["title"] in template["sample"]["text"]


def test_the_steps_of_a_template_are_those_of_its_runs(api: httpx2.Client) -> None:
    (template,) = api.get("/api/templates").json()["items"]
    run = finished(api, created(api, "/api/runs", a_run(template=template["name"])))
    assert [{name: step[name] for name in ("id", "role", "needs")} for step in run["steps"]] == template["steps"]


def test_models_are_listed_with_what_keeps_them_from_work(api: httpx2.Client) -> None:
    models = {model["id"]: model for model in api.get("/api/models").json()["items"]}
    offline = models["offline/extractive"]
    assert (offline["available"], offline["why_not"], offline["is_default"]) == (True, None, True)
    assert [model["id"] for model in models.values() if model["is_default"]] == ["offline/extractive"]
    others = [model for model in models.values() if model["provider"] in ("openai", "anthropic")]
    assert {model["available"] for model in others} == {False}
    assert all("_API_KEY" in model["why_not"] for model in others)
    assert all(model["source"].startswith("https://") and model["as_of"] for model in others)
