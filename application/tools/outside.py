"""Which hosts outside agents may read from: those that the operator has named, and no others."""

import re
from typing import Any
from urllib.parse import urlsplit

from application.errors import Invalid
from application.orchestration.outcome import StepError
from application.orchestration.tools import Authorise, ToolCall
from domain.kernel import Record

FETCH_PAGE = "fetch-page"
PORTS = {"http": 80, "https": 443}

MEND = "whoever operates this Z2 names the hosts that agents may read from in Z2_FETCH_HOSTS"

_HOST = re.compile(r"(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(:\d{1,5})?")


class Hosts(Record):
    """Names as they are written: `docs.example.org`, `*.example.org` for all below it, with a port where it is odd."""

    named: frozenset[str] = frozenset()

    @classmethod
    def of(cls, written: str) -> "Hosts":
        """Names with commas between them. Raises Invalid."""
        named = frozenset(each.strip().lower().rstrip(".") for each in written.split(",") if each.strip())
        for each in sorted(named):
            if not _HOST.fullmatch(each):
                detail = f"the setting Z2_FETCH_HOSTS names hosts such as docs.example.org, and {each!r} is none"
                raise Invalid(detail, field="Z2_FETCH_HOSTS")
        return cls(named)

    def allow(self, host: str, port: int) -> bool:
        """A host that is named without a port is read from at those of HTTP and HTTPS."""
        host = host.lower().rstrip(".")
        above = (f"*.{host.split('.', at)[-1]}" for at in range(1, host.count(".") + 1))
        usual = port in PORTS.values()
        return any(f"{each}:{port}" in self.named or (usual and each in self.named) for each in (host, *above))


def within_hosts(hosts: Hosts, otherwise: Authorise) -> Authorise:
    """A page may be fetched where its host is named; all else is for the next one to say."""

    async def allowed(call: ToolCall) -> None:
        if call.tool.name == FETCH_PAGE:
            _check(hosts, call.arguments.get("url"))
        else:
            await otherwise(call)

    return allowed


def _check(hosts: Hosts, url: Any) -> None:
    """What is fetched may carry out what an agent knows, so not even a public host is anybody's. Raises StepError."""
    if not hosts.named:
        raise StepError("tool_refused", f"no pages can be fetched here yet: {MEND}")
    try:
        parts = urlsplit(str(url))
        host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        raise StepError("tool_refused", "this is no address of a page") from None
    if not hosts.allow(host, port):
        raise StepError("tool_refused", f"{refusal(host, port)}; {MEND}")


def refusal(host: str, port: int) -> str:
    """Why a host is not read from."""
    return f"{host[:200] or 'this'}{'' if port in (*PORTS.values(), 0) else f':{port}'} is none of the hosts allowed"
