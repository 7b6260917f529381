"""Messages to triggers over HTTP: from anybody who signs them with the secret of the trigger."""

from uuid import UUID

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath

from application.scheduling.reception import NotAllowedAnyMore, Reception
from application.scheduling.signatures import BadSignature
from domain.kernel import Record
from interfaces import scheduling
from interfaces.composition import Core
from interfaces.http.attempts import Anybody
from interfaces.http.auth import address_of
from interfaces.http.body import MAX_DOCUMENT, TooDeep
from interfaces.http.depth import MAX_DEPTH, nests_deeper

REFUSED = "trigger_refused"
"""What the record of access calls a message that was not taken."""

MESSAGE = {
    "required": True,
    "description": "The input of the run: JSON where its Content-Type says so, of any kind, and otherwise text.",
    "content": {"application/json": {"schema": {"type": "object"}}, "text/plain": {"schema": {"type": "string"}}},
}


class StartedByMessage(Record):
    """The run that the message has started, now or when it came before."""

    run_id: UUID
    position: int


@post(
    "/triggers/{trigger_id:uuid}/messages",
    tags=["triggers"],
    operation_id="sendTriggerMessage",
    summary="Start the workflow of a trigger by a signed message",
    status_code=200,
    request_max_body_size=MAX_DOCUMENT,
    opt={"takes_credentials": False, "request": MESSAGE},
)
async def send_message(trigger_id: FromPath[UUID], request: Anybody, core: NamedDependency[Core]) -> StartedByMessage:
    """Signed as standardwebhooks.com says, or with X-Hub-Signature-256; the same message again is the same run."""
    body, reception = await request.body(), scheduling.reception(core)
    if "json" in request.headers.get("content-type", "") and nests_deeper(body):
        raise TooDeep(f"the body nests too deeply: at most {MAX_DEPTH} objects and lists within each other are taken")
    try:
        received = await reception.receive(trigger_id, {**request.headers}, body)
    except BadSignature as bad:
        await request.app.state.limits.count_bad_signature(request.scope)
        await _note(reception, request, core, trigger_id, bad.reason)
        raise
    except NotAllowedAnyMore:
        await _note(reception, request, core, trigger_id, "not_allowed")
        raise
    return StartedByMessage(received.run_id, received.position)


async def _note(reception: Reception, request: Anybody, core: Core, trigger_id: UUID, reason: str) -> None:
    """Put on the record that a message was not taken, where its trigger is somebody's."""
    workspace_id = await reception.workspace(trigger_id)
    if workspace_id is not None:
        address = address_of(request)
        await core.audit.note(REFUSED, workspace_id=workspace_id, user_id=None, address=address, reason=reason)
