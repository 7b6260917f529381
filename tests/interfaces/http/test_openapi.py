"""The OpenAPI document says what the API does."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx2
import msgspec
import pytest

from application.workflows.reading import MAX_TEXT
from domain.agent import CreateAgent
from interfaces.http.app import openapi_document
from interfaces.http.run_bodies import StartRun
from interfaces.http.workflow_views import PublishWorkflow, ValidateWorkflow
from tests.support import asked
from tests.support.promise import Broken, Promise
from tests.support.system import ROOT

PUBLIC = {
    *("signIn", "signOut", "refreshSession", "readLiveness", "readReadiness", "listSigningKeys"),
    *("listSignOnProviders", "beginSignOn", "finishSignOn", "askForDeviceCode", "exchangeDeviceCode"),
    *("readLink", "setPasswordByLink", "verifyEmail", "requestPasswordReset"),
    *("readInvitation", "acceptInvitationAsNew", "readWorkflowSchema", "sendTriggerMessage"),
}
OF_ANY_KIND = "sendTriggerMessage"
"""What takes a body of any media type."""

STREAMS = {"watchRun"}
DOOR = ["gateway"]
AT_THE_DOOR = {"$ref": "#/components/schemas/ErrorAnswer"}
TEXTS = {"readRunInput", "readRunOutput", "readStepOutput", "readStepSubject", "readAttachment"}
TEXTS |= {"readToolArguments", "readToolOutput"}
MODELS = {"registerModel", "repriceModel", "retireModel", "reinstateModel", "forgetModel"}


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
        for value in tree.values():
            yield from nodes(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from nodes(value)


GOALS = {"askGoal", "editDraft", "acceptGoal"}
EVALUATIONS = {"createSuite", "addCase", "scoreCase", "startEvaluation"}
SESSIONS = {"startSession", "postMessage", "askInstead", "regenerateAnswer", "stopAnswer", "retitleSession"}
STEERED = {
    *("pauseRun", "resumeRun", "rerunRun", "signalRun"),
    *("retryStep", "skipStep", "decideApproval", "answerStep"),
}
"""What people do to runs and their steps."""

PROMPTS = {"createPrompt", "publishPrompt", "labelPrompt", "unlabelPrompt"}

OPTIONAL = {"acceptGoal", "cancelRun", "pauseRun", "rerunRun", "skipStep", "regenerateAnswer", "stopAnswer"}
OPTIONAL |= {"estimateEvaluation", "startEvaluation"}
"""Operations that may be asked without a body."""


def test_the_document_is_openapi_3_1_and_says_who_we_are(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert document["info"]["title"] == "Z2"
    assert document["components"]["securitySchemes"].keys() == {"bearer", "cookie"}


def test_every_operation_has_an_id_of_its_own_a_summary_and_a_tag(document: dict[str, Any]) -> None:
    told = [operation for _, _, operation in operations(document)]
    ids = [operation["operationId"] for operation in told]
    assert len(ids) == len(set(ids)) >= 25
    assert all(operation["summary"] and len(operation["tags"]) == 1 for operation in told)


def test_everything_but_the_public_operations_needs_a_token(document: dict[str, Any]) -> None:
    assert document["security"] == [{"bearer": []}, {"cookie": []}]
    assert {op["operationId"] for _, _, op in operations(document) if op.get("security") == []} == PUBLIC
    for _, _, operation in operations(document):
        if operation["operationId"] not in PUBLIC:
            assert {"401", "403", "503"} <= operation["responses"].keys()


def test_every_error_is_a_problem_document(document: dict[str, Any]) -> None:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for _, _, operation in operations(document):
        errors = {status: each for status, each in operation["responses"].items() if status >= "400"}
        if operation["tags"] == DOOR:
            assert all(each["content"] == {"application/json": {"schema": AT_THE_DOOR}} for each in errors.values())
            continue
        if operation["operationId"] == "readReadiness":
            assert errors.pop("503")["content"].keys() == {"application/json"}
        assert "500" in errors
        assert all(each["content"] == problem and each["description"] for each in errors.values())


def test_limits_are_told_wherever_requests_are_counted(document: dict[str, Any]) -> None:
    for path, _, operation in operations(document):
        answers = operation["responses"]
        good = {status: each for status, each in answers.items() if status < "300"}
        if path.startswith("/health"):
            assert "429" not in answers
            assert not any("headers" in each for each in good.values())
        else:
            assert answers["429"]["headers"].keys() == {"RateLimit-Policy", "RateLimit", "Retry-After"}
            assert all({"RateLimit-Policy", "RateLimit"} <= each["headers"].keys() for each in good.values())


def test_every_body_can_be_refused_in_all_the_ways_that_bodies_are(document: dict[str, Any]) -> None:
    bodies = [operation for _, _, operation in operations(document) if "requestBody" in operation]
    bodies = [operation for operation in bodies if operation["operationId"] != OF_ANY_KIND]
    accounts = {"changeProfile", "changeEmail", "changePassword", "issuePasswordLink", "requestPasswordReset"}
    links = {"readLink", "setPasswordByLink", "verifyEmail", "readInvitation", "acceptInvitation"}
    sign_ins = {"signIn", "refreshSession", "askForDeviceCode", "exchangeDeviceCode", "decideDeviceCode"}
    sign_ins |= {"linkSignOn", "unlinkSignOn"}
    members = {"createMember", "changeMemberRole", "invite", "acceptInvitationAsNew", "defineRole", "grantAgentScopes"}
    members |= {"readmitMember"}
    workspaces = {"foundWorkspace", "renameWorkspace", "switchWorkspace"}
    work = {"createAgent", "reviseAgent", "createWorkflow", "startRun", "cancelRun", "skipEvent", "restoreEvent"}
    work |= {"publishWorkflow", "validateWorkflow", *GOALS, *EVALUATIONS, "estimateEvaluation"}
    work |= {*STEERED, "decideApprovals", "redriveDeadLetters"} - {"resumeRun", "retryStep"}
    others = {"subscribeWebhook", "redriveWebhook", "issueKey", "issueToken", "storeSecret"}
    others |= {"setLimit", *MODELS, "discoverModels", "defineRoute", "explainRoute", "simulateRoute"}
    others |= {"createChatCompletion", "createResponse", "createSchedule", "reviseSchedule", "createTrigger"}
    others |= {"settleDoubt", "setConcurrency", "rememberFact", *PROMPTS, "checkPrompt", "comparePrompt", *SESSIONS}
    assert {each["operationId"] for each in bodies} == {
        *accounts,
        *links,
        *sign_ins,
        *members,
        *workspaces,
        *work,
        *others,
    }
    for operation in bodies:
        invalid = "400" if operation["tags"] == DOOR else "422"
        assert {"400", "413", "415", invalid} <= operation["responses"].keys()
        assert operation["requestBody"]["required"] is (operation["operationId"] not in OPTIONAL)

    schemas = document["components"]["schemas"]
    taken = ("Password", "CreateAgent", "PublishWorkflow", "ValidateWorkflow", "StartRun", "RunInput", "CancelRun")
    for name in (*taken, "SubscribeWebhook", "RedriveWebhook"):
        assert schemas[name]["additionalProperties"] is False
    open_ones = [name for name, schema in schemas.items() if schema.get("additionalProperties") is not False]
    assert {"Run", "Agent", "Problem"} <= set(open_ones), "answers may get fields, and clients go on"


def test_addresses_take_uuids_and_tell_of_everything_in_them(document: dict[str, Any]) -> None:
    for path, _, operation in operations(document):
        told = {each["name"]: each for each in operation["parameters"] if each["in"] == "path"}
        assert {f"{{{name}}}" for name in told} == {part for part in path.split("/") if part.startswith("{")}
        for name, parameter in told.items():
            uuid = {"type": "string", "format": "uuid"}
            assert parameter["required"]
            words = ({"type": "string"}, {"enum": parameter["schema"].get("enum")})
            assert parameter["schema"] in ((uuid,) if name.endswith("_id") else words)


def test_parameters_say_what_they_may_be(document: dict[str, Any]) -> None:
    told = {each["name"]: each for each in document["paths"]["/api/runs"]["get"]["parameters"]}
    assert told["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}
    assert told["status"]["schema"] == {
        "enum": ["cancelled", "completed", "failed", "paused", "pending", "running", "waiting"]
    }
    assert (told["after"]["schema"]["type"], told["after"]["schema"]["minimum"]) == ("integer", 0)
    for _, _, operation in operations(document):
        assert all(each["description"] for each in operation["parameters"] if each["in"] != "path")


def test_every_command_takes_an_idempotency_key(document: dict[str, Any]) -> None:
    taking = {
        operation["operationId"]
        for _, _, operation in operations(document)
        if any(each["name"] == "Idempotency-Key" for each in operation["parameters"])
    }
    webhooks = {"subscribeWebhook", "rotateWebhookSecret", "pauseWebhook", "resumeWebhook", "deleteWebhook"}
    automatic = {f"{verb}Schedule" for verb in ("create", "revise", "pause", "resume", "remove")}
    automatic |= {f"{verb}Trigger" for verb in ("create", "pause", "resume", "remove")} | {"rotateTriggerSecret"}
    decisions = {"skipEvent", "restoreEvent"}
    members = {"createMember", "changeMemberRole", "removeMember", "defineRole", "removeRole", "grantAgentScopes"}
    members |= {"readmitMember"}
    others = {"foundWorkspace", "renameWorkspace", "storeSecret", "removeSecret", "setLimit", "removeLimit", *MODELS}
    others |= {
        "setConcurrency",
        "removeConcurrency",
        "rememberFact",
        "approveFact",
        "forgetFact",
        *PROMPTS,
        "archivePrompt",
    }
    others |= {"settleDoubt", "defineRoute", "removeRoute", "createChatCompletion", "createResponse"}
    work = {"createAgent", "reviseAgent", "retireAgent", "createWorkflow", "startRun", "cancelRun", "retryStep"}
    work |= {"publishWorkflow", "archiveWorkflow", *STEERED, *GOALS}
    work |= {*EVALUATIONS, "removeCase", "archiveSuite", "cancelEvaluation"}
    work |= {*SESSIONS, "archiveSession", "reopenSession", "pinMessage", "unpinMessage"}
    assert taking == {*work, *webhooks, *automatic, *decisions, *members, *others}


@pytest.mark.parametrize(
    ("ids", "media_types"),
    [
        (STREAMS, {"text/event-stream"}),
        ({"watchEvents", "createChatCompletion", "createResponse"}, {"application/json", "text/event-stream"}),
        (TEXTS, {"text/plain", "text/markdown", "application/json"}),
    ],
)
def test_streams_and_texts_are_told_as_what_they_are(
    document: dict[str, Any], ids: set[str], media_types: set[str]
) -> None:
    content = {
        op["operationId"]: op["responses"].get("200", {}).get("content", {}) for _, _, op in operations(document)
    }
    assert {name for name, each in content.items() if each.keys() == media_types} == ids


def test_schemas_have_tidy_names_and_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert all(name.isalpha() and name[0].isupper() and not name.endswith(("Row", "View", "Body")) for name in schemas)
    references = {node["$ref"] for node in nodes(document) if "$ref" in node}
    headers = {f"#/components/headers/{name}" for name in document["components"]["headers"]}
    assert references == headers | {f"#/components/schemas/{name}" for name in schemas}
    assert all(schema["title"] == name for name, schema in schemas.items())


def test_what_an_answer_always_has_is_told_as_required(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name in ("Run", "Step", "Agent", "Workflow", "LogEvent", "PayloadRef"):
        assert set(schemas[name]["required"]) == schemas[name]["properties"].keys()
    assert set(schemas["Problem"]["required"]) == {"type", "title", "status"}


def test_what_the_document_allows_is_what_is_taken(promise: Promise, document: dict[str, Any]) -> None:
    agent_id = "55949dcb-bd40-5671-b012-66f04ca9e2c6"
    samples: list[tuple[Any, dict[str, Any]]] = [
        (CreateAgent, asked.an_agent()),
        (CreateAgent, asked.an_agent(model="openai/x", name="a" * 80)),
        (CreateAgent, asked.an_agent(name=" a")),
        (CreateAgent, asked.an_agent(task="juggle")),
        (CreateAgent, asked.an_agent(colour="blue")),
        (CreateAgent, {"name": "a"}),
        (PublishWorkflow, asked.a_definition()),
        (PublishWorkflow, {"source": "name: x"}),
        (PublishWorkflow, {}),
        (PublishWorkflow, {"source": "x" * (MAX_TEXT + 1)}),
        (PublishWorkflow, {"source": 5}),
        (PublishWorkflow, {"definition": "name: x"}),
        (PublishWorkflow, {"colour": "blue"}),
        (ValidateWorkflow, {"source": "x", "workflow_id": agent_id}),
        (ValidateWorkflow, {"source": "x", "workflow_id": "5"}),
        (StartRun, asked.a_run()),
        (StartRun, asked.a_run(model=None, workflow_id=None)),
        (StartRun, asked.a_run(workflow_id=agent_id)),
        (StartRun, asked.a_run(workflow_id=5)),
        (StartRun, asked.a_document(pages=5)),
    ]
    for kind, body in samples:
        assert fits(promise, body, document["components"]["schemas"][kind.__name__]) is taken(kind, body), body
    assert {taken(kind, body) for kind, body in samples} == {True, False}


def fits(promise: Promise, body: dict[str, Any], schema: dict[str, Any]) -> bool:
    try:
        promise.fits(body, schema)
    except Broken:
        return False
    return True


def taken(kind: Any, body: dict[str, Any]) -> bool:
    try:
        msgspec.json.decode(msgspec.json.encode(body), type=kind)
    except msgspec.ValidationError:
        return False
    return True


def test_the_document_is_the_same_each_time_over_http_and_from_the_command_line(
    api: httpx2.Client, anonymous: httpx2.Client, document: dict[str, Any]
) -> None:
    assert openapi_document() == document
    answer = anonymous.get("/api/openapi.json")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == document
    printed = subprocess.run(
        [sys.executable, "-m", "interfaces.cli", "openapi"], cwd=ROOT, check=True, capture_output=True, timeout=30
    )
    assert msgspec.json.decode(printed.stdout) == document
    assert (ROOT / "frontend" / "openapi.json").read_bytes() == printed.stdout


@pytest.mark.parametrize("path", ["/api/schema", "/api/schema/openapi.json", "/api/schema/swagger", "/api/redoc"])
def test_the_framework_offers_no_document_of_its_own(anonymous: httpx2.Client, path: str) -> None:
    asked.refused(anonymous.get(path), 404, "not_found")
