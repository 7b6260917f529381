"""What a Z2 refuses, said in one line."""

import msgspec

from interfaces.cli.client.wire import FieldError, ProblemDocument
from interfaces.cli.failure import BAD_INPUT, FAILED, Failure

REJECTED = "urn:z2:problem:rejected"
"""What is refused under this type is told in a whole sentence, which needs no title."""

INPUT_STATUSES = frozenset({400, 404, 413, 422})
WRONG_STATUSES = frozenset({400, 422})
MENDS = {
    401: "sign in with `z2 login`",
    403: "ask somebody whose role allows it",
    429: "wait a little and try again",
}
LISTS = {
    "agent_id": "see `z2 agents`",
    "run_id": "see `z2 runs`",
    "session_id": "see `z2 sessions`",
    "workflow_id": "see `z2 workflows`",
}
"""Where the things are listed that a field names."""


class Refused(Failure):
    """Z2 says no; `type` tells programs why."""

    type = ""
    errors: tuple[FieldError, ...] = ()


def refusal(status: int, content: bytes, url: str) -> Failure:
    """The problem document (RFC 9457) as a failure, whose code tells bad input from a server in trouble."""
    try:
        problem = msgspec.json.decode(content, type=ProblemDocument)
    except msgspec.MsgspecError:
        return not_z2(url, f"status {status}")
    missing = [error for error in problem.errors if status == 404 and error.field in LISTS]
    said = _said(problem) if problem.type == REJECTED else f"{problem.title}: {_said(problem)}"
    failure = Refused(said, MENDS.get(status) or next((LISTS[each.field] for each in missing), ""))
    failure.type = problem.type
    failure.errors = problem.errors
    failure.code = BAD_INPUT if status in INPUT_STATUSES else FAILED
    return failure


def not_z2(url: str, what: str) -> Failure:
    """Somebody else listens there, or a Z2 of another age."""
    problem = f"what answers at {url} does not speak as this Z2 does ({what})"
    return Failure(problem, "name the right address with `z2 login --url`")


def _said(problem: ProblemDocument) -> str:
    """The detail and the fields to blame, each thing once; what is not there or taken is no field of a person's."""
    named = problem.status in WRONG_STATUSES
    fields = [_blamed(error) if named else error.message for error in problem.errors]
    repeated = {"; ".join(fields), *(error.message for error in problem.errors)}
    return "; ".join(fields if problem.detail in repeated else [problem.detail, *fields])


def _blamed(error: FieldError) -> str:
    """What is wrong with a field, which is named once."""
    return error.message if error.message.startswith(error.field) else f"{error.field}: {error.message}"
