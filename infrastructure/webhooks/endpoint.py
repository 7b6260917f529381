"""The address of a webhook, and the sending of messages there."""

import asyncio
from collections.abc import Mapping

import httpx2

from domain.kernel import Record
from infrastructure import addresses

SECONDS = 10.0
READ = 1_024
"""Bytes of an answer's body that are read, and thrown away, so that the connection can serve again."""

HEADERS = {"Content-Type": "application/json", "User-Agent": "Z2-Webhooks/1"}

PRIVATE = "The address is in a private network; Z2_WEBHOOK_ALLOW_PRIVATE allows such ones."


class Answer(Record):
    """The status of the answer, or why there was none."""

    status: int | None
    error: str = ""


class Endpoint:
    """Follows no redirect, asks no proxy, keeps no cookie, and verifies certificates against the name."""

    def __init__(self, url: str, *, allow_private: bool, seconds: float = SECONDS) -> None:
        self._url = httpx2.URL(url)
        self._allow_private = allow_private
        self._seconds = seconds
        # a client of its own: connections go by number, and must not be shared between names
        self._client = httpx2.AsyncClient(
            verify=addresses.trust() if self._url.scheme == "https" else False,
            trust_env=False,
            follow_redirects=False,
            timeout=seconds,
        )

    async def aclose(self) -> None:
        await self._client.aclose()

    async def send(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """POST the body. Whatever happens is an answer, and names no more of the other side than its status."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._send(headers, body)
        except (TimeoutError, httpx2.TimeoutException):
            return Answer(None, f"there was no answer within {self._seconds:g} s")
        except addresses.Private:
            return Answer(None, PRIVATE)
        except OSError:
            return Answer(None, "the name of its host cannot be resolved")
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            return Answer(None, f"it cannot be reached, or broke the connection off ({type(error).__name__})")

    async def _send(self, headers: Mapping[str, str], body: bytes) -> Answer:
        address = await addresses.resolved(self._url, allow_private=self._allow_private)
        request = self._client.build_request(
            "POST",
            self._url.copy_with(host=address),
            content=body,
            headers={**headers, "Host": self._url.netloc.decode(), "Accept-Encoding": "identity", **HEADERS},
            extensions={"sni_hostname": self._url.host},
        )
        response = await self._client.send(request, stream=True)
        try:
            read = 0
            async for piece in response.aiter_raw():
                read += len(piece)
                if read >= READ:
                    break
        finally:
            await response.aclose()
        return Answer(response.status_code)
