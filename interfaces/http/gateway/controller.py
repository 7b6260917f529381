"""The door: chat completions, responses, and the models there are, as OpenAI's clients ask for them."""

from collections.abc import Iterator
from typing import Any, Literal, cast
from urllib.parse import quote

import msgspec
from litestar import Controller, MediaType, Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from application.errors import Invalid
from application.gateway.gateway import Calling, Gateway, Wanted
from application.models.failure import ModelError
from application.models.stream import Delta
from domain.kernel import Record
from infrastructure.identity.tokens import now
from interfaces.composition import Core
from interfaces.http.body import MAX_DOCUMENT
from interfaces.http.commands import Signed
from interfaces.http.gateway import chat_request, errors, responses_answer, responses_request, telling
from interfaces.http.gateway.attending import Streamed
from interfaces.http.gateway.chat_answer import ChatCompletion, ChatPieces, completion
from interfaces.http.gateway.chat_body import ChatCompletionRequest
from interfaces.http.gateway.responses_answer import ModelResponse
from interfaces.http.gateway.responses_body import ResponseRequest
from interfaces.http.gateway.responses_events import ResponseEvents

MOST_CACHE_SECONDS = 30 * 24 * 3600


class OfferedModel(Record):
    """A model that can be asked now. `owned_by` is its provider."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class OfferedModels(Record):
    """What can be given as `model`."""

    object: Literal["list"]
    data: list[OfferedModel]


class DoorController(Controller):
    tags = ("gateway",)
    opt = {"errors": errors.ErrorAnswer, "live": True}

    @post(
        "/chat/completions",
        operation_id="createChatCompletion",
        summary="Go on with a conversation (Chat Completions)",
        status_code=200,
        request_max_body_size=MAX_DOCUMENT,
    )
    async def chat(
        self, data: JSONBody[ChatCompletionRequest], request: Signed, gateway: NamedDependency[Gateway]
    ) -> Response[ChatCompletion]:
        """Whatever OpenAI's clients send besides is ignored. It is on the record before the answer ends."""
        wanted = Wanted("chat", chat_request.asked(data), _cache_seconds(request))
        calling = await gateway.called(request.user, wanted)
        if data.stream:
            return await _chat_streamed(calling, data, request)
        whole = await telling.whole(calling, request.receive)
        return cast(Response[ChatCompletion], _whole(completion(calling.id.hex, calling.model, whole), calling))

    @post(
        "/responses",
        operation_id="createResponse",
        summary="Go on with a conversation (Responses)",
        status_code=200,
        request_max_body_size=MAX_DOCUMENT,
    )
    async def response(
        self, data: JSONBody[ResponseRequest], request: Signed, gateway: NamedDependency[Gateway]
    ) -> Response[ModelResponse]:
        """Whatever OpenAI's clients send besides is ignored. It is on the record before the answer ends."""
        wanted = Wanted("responses", responses_request.asked(data), _cache_seconds(request))
        calling = await gateway.called(request.user, wanted)
        if data.stream:
            return await _response_streamed(calling, data, request)
        name, whole = calling.id.hex, await telling.whole(calling, request.receive)
        begun, items = responses_answer.begun(name, calling.model, data), responses_answer.items(name, whole)
        answer = responses_answer.ended(begun, items, whole.stop_reason, whole.usage, calling.model)
        return cast(Response[ModelResponse], _whole(answer, calling))

    @get("/models", operation_id="listOfferedModels", summary="List what can be asked", opt={"live": False})
    async def models(self, request: Signed, core: NamedDependency[Core]) -> OfferedModels:
        """The models of providers that are ready, and that are not retired."""
        workspace_id = request.user.workspace_id
        cards = await core.models.all(workspace_id)
        ready = {each.name for each in (await core.providers.of(workspace_id)).all() if each.unavailable() is None}
        today = now().date()
        known = [
            OfferedModel(card.id, "model", 0, card.provider)
            for card in cards.values()
            if card.provider in ready and (card.retires is None or card.retires > today)
        ]
        return OfferedModels("list", sorted(known, key=lambda each: each.id))


async def _chat_streamed(calling: Calling, body: ChatCompletionRequest, request: Signed) -> Streamed:
    answer = await telling.begun(calling, request.receive)
    counted = bool(body.stream_options and body.stream_options.include_usage)
    pieces = ChatPieces(calling.id.hex, calling.model, counted=counted)

    def failed(error: ModelError) -> Iterator[bytes]:
        return pieces.failed(errors.of_model(error))

    return Streamed(telling.framed(answer, pieces.begin, pieces.take, failed), answer.rest.aclose, _headers(calling))


async def _response_streamed(calling: Calling, body: ResponseRequest, request: Signed) -> Streamed:
    answer = await telling.begun(calling, request.receive)
    events = ResponseEvents(calling.id.hex, responses_answer.begun(calling.id.hex, calling.model, body))

    def take(delta: Delta) -> Iterator[bytes]:
        return events.take(delta, calling.model)

    def failed(error: ModelError) -> Iterator[bytes]:
        told = errors.of_model(error).error
        return events.failed(told.code or error.code, told.message)

    return Streamed(telling.framed(answer, events.begin, take, failed), answer.rest.aclose, _headers(calling))


def _whole(answer: Record, calling: Calling) -> Response[Any]:
    cost = calling.cost_micro_usd
    known = {} if cost is None else {"x-z2-cost-micro-usd": str(cost)}
    return Response(msgspec.json.encode(answer), media_type=MediaType.JSON, headers={**_headers(calling), **known})


def _headers(calling: Calling) -> dict[str, str]:
    return {"x-z2-call": str(calling.id), "x-z2-model": quote(calling.model, safe="/:@+")}


def _cache_seconds(request: Signed) -> int:
    """How old an answer may be that is given again; 0 for none. Raises Invalid."""
    asked = request.headers.get("x-z2-cache", "0")
    if not (asked.isascii() and asked.isdecimal()) or int(asked[:10]) > MOST_CACHE_SECONDS:
        raise Invalid(f"x-z2-cache is a number of seconds, at most {MOST_CACHE_SECONDS}", field="x-z2-cache")
    return int(asked[:10])
