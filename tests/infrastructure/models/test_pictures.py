"""Pictures in a request: their bytes or their address, among the words that they belong to."""

from typing import Any

import pytest

from application.models.request import Document, Image, Message, Text
from domain.kernel import replace
from tests.infrastructure.models.asking import Vendor, house, request, told

BYTES = Image("image/png", "iVBORw0KGgo=")
THERE = Image(url="https://example.com/sea.png")
PARTS = (Text("Compare"), BYTES, Text("with"), THERE, Document("Notes", "Salt."))
DATA = "data:image/png;base64,iVBORw0KGgo="
NOTES = '<document title="Notes">\nSalt.\n</document>'


async def sent(vendor: Vendor) -> Any:
    async with house(vendor) as home:
        await told(home.provider, replace(request(home.model), messages=(Message("user", PARTS),)))
        body: Any = home.server.calls[0].body
        return body["input" if vendor == "responses" else "messages"][-1]["content"]


async def test_chat_completions_take_pictures_by_address() -> None:
    assert await sent("openai") == [
        {"type": "text", "text": "Compare"},
        {"type": "image_url", "image_url": {"url": DATA}},
        {"type": "text", "text": "with"},
        {"type": "image_url", "image_url": {"url": THERE.url}},
        {"type": "text", "text": NOTES},
    ]


async def test_responses_take_pictures_by_address() -> None:
    assert await sent("responses") == [
        {"type": "input_text", "text": "Compare"},
        {"type": "input_image", "image_url": DATA, "detail": "auto"},
        {"type": "input_text", "text": "with"},
        {"type": "input_image", "image_url": THERE.url, "detail": "auto"},
        {"type": "input_text", "text": NOTES},
    ]


async def test_messages_take_pictures_by_address_or_in_base64() -> None:
    assert await sent("anthropic") == [
        {"type": "text", "text": "Compare"},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": BYTES.data}},
        {"type": "text", "text": "with"},
        {"type": "image", "source": {"type": "url", "url": THERE.url}},
        {"type": "text", "text": NOTES},
    ]


@pytest.mark.parametrize("vendor", ["openai", "responses", "anthropic"])
async def test_a_picture_can_stand_alone(vendor: Vendor) -> None:
    async with house(vendor) as home:
        await told(home.provider, replace(request(home.model), messages=(Message("user", (BYTES,)),)))
        assert BYTES.data in str(home.server.calls[0].body)
