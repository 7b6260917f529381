"""Sending requests as the SDKs do, each with its own client."""

import anthropic
import httpx2
import openai

from infrastructure.models import transport
from infrastructure.models.failures import Endpoint, Guard
from infrastructure.models.pace import Pace

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole"
KINDS = {"openai": openai.DefaultAioHttpClient, "anthropic": anthropic.DefaultAioHttpClient}


def made(kind: str, *, guard: Guard | None = None, pace: Pace | None = None) -> httpx2.AsyncClient:
    return transport.client(KINDS[kind], Endpoint("", "", "", None, guard=guard), pace or Pace())
