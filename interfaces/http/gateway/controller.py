"""The door: chat completions, responses, and the models there are, as OpenAI's clients ask for them."""

from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import quote

import msgspec
from litestar import Controller, MediaType, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from application.gateway.gateway import Calling, Gateway, Wanted
from application.models.failure import ModelError
from application.models.stream import Delta
from domain.kernel import Record
from interfaces.composition import Core
from interfaces.http.body import MAX_DOCUMENT
from interfaces.http.commands import Signed
from interfaces.http.gateway import (
    asked_with,
    chat_request,
    errors,
    offered,
    responses_answer,
    responses_request,
    telling,
)
from interfaces.http.gateway.attending import Streamed
from interfaces.http.gateway.chat_answer import ChatCompletion, ChatPieces, completion
from interfaces.http.gateway.chat_body import ChatCompletionRequest
from interfaces.http.gateway.offered import OfferedModel, OfferedModels
from interfaces.http.gateway.responses_answer import ModelResponse
from interfaces.http.gateway.responses_body import ResponseRequest
from interfaces.http.gateway.responses_events import ResponseEvents

READING = {"live": False, "key": False}


class DoorController(Controller):
    tags = ("gateway",)
    opt = {"errors": errors.ErrorAnswer, "live": True, "key": True}

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
        superseded = not data.stream or asked_with.superseded(request)
        wanted = Wanted(
            "chat",
            chat_request.asked(data),
            asked_with.cache_seconds(request),
            asked_with.cache_similarity(request),
            await asked_with.key(request),
            superseded,
        )
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
        wanted = Wanted(
            "responses",
            responses_request.asked(data),
            asked_with.cache_seconds(request),
            asked_with.cache_similarity(request),
            await asked_with.key(request),
        )
        calling = await gateway.called(request.user, wanted)
        if data.stream:
            return await _response_streamed(calling, data, request)
        whole = await telling.whole(calling, request.receive)
        name = calling.id.hex
        begun, items = responses_answer.begun(name, calling.model, data), responses_answer.items(name, whole)
        answer = responses_answer.ended(begun, items, whole.stop_reason, whole.usage, calling.model)
        return cast(Response[ModelResponse], _whole(answer, calling))

    @get("/models", operation_id="listOfferedModels", summary="List what can be asked", opt=READING)
    async def models(self, request: Signed, core: NamedDependency[Core]) -> OfferedModels:
        """The routes, and the models of providers that are ready, without those that are retired."""
        return await offered.offered(core, request.user.workspace_id)

    @get("/models/{model:path}", operation_id="readOfferedModel", summary="Read what can be asked", opt=READING)
    async def model(self, model: FromPath[str], request: Signed, core: NamedDependency[Core]) -> OfferedModel:
        """One of what is listed. Its name has a slash in it, which may be sent as it is or as %2F."""
        return await offered.one(core, request.user.workspace_id, model.removeprefix("/"))


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
    known = {"x-z2-call": str(calling.id), "x-z2-model": quote(calling.model, safe="/:@+")}
    return known if calling.earlier is None else {**known, "idempotent-replayed": "true"}
