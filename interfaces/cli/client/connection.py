"""The line to a Z2: it signs in, asks again while nobody answers, and tells refusals in one line."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar
from uuid import uuid4

import httpx2
import msgspec

from interfaces.cli.client import credentials, problems, wire
from interfaces.cli.client.credentials import Access, Password
from interfaces.cli.failure import Failure

Shape = TypeVar("Shape")
Query = Mapping[str, str | int]

READ_PATIENCE = 2.0
"""Seconds that a question waits for a Z2 that does not answer."""

WRITE_PATIENCE = 20.0
"""Seconds in which a command is sent again under its key; so long too a Z2 is asked that is busy."""

SHORTEST_PAUSE = 0.1
LONGEST_PAUSE = 2.0
RENEWALS = 3
"""So often a token is got for one request: the one that another command has got may be over in turn."""

LONGEST_EVENT = 16 * 1024 * 1024
ANSWER_SECONDS = 30.0
CONNECT_SECONDS = 5.0
JSON = "application/json"
UNAVAILABLE = frozenset({502, 503, 504})


class Away(Failure):
    """Nobody answers at the address just now."""


class Busy(Away):
    """Z2 answers that it cannot just now; `wait` is how many seconds it asks for."""

    wait = 0.0


class Silent(Away):
    """Somebody holds the line and says nothing."""


class SignedOut(Failure):
    """The request carries no valid token."""


class Connection:
    """Requests to one Z2 in one person's name."""

    def __init__(self, access: Access, http: httpx2.Client) -> None:
        self.url = access.url
        self.patience = READ_PATIENCE
        self._http = http
        self._token = access.token
        self._stored = access.stored
        if access.token:
            self._bear(access.token)

    def sign_in(self, password: Password) -> wire.NewSession:
        """A session under this name, which is used from then on. Raises Failure."""
        request = self._request("POST", "/api/session", password, ANSWER_SECONDS)
        session = self._decoded(self._patiently(request, self.patience), wire.NewSession)
        self._bear(session.token)
        return session

    def exchange(self, path: str, body: object, shape: type[Shape], *, token: str) -> Shape:
        """The answer to what works once, such as a refresh token, asked with this token. Raises Failure.

        Nothing is sent twice: the second time would end the sign-in.
        """
        self._bear(token)
        return self._decoded(self._once(self._request("POST", path, body, ANSWER_SECONDS)), shape)

    def get(self, path: str, shape: type[Shape], query: Query | None = None) -> Shape:
        """What stands at the path. Raises Failure."""
        return self._decoded(self._ask(path, query, JSON), shape)

    def raw(self, path: str, query: Query | None = None) -> bytes:
        """The JSON at the path as the server wrote it. Raises Failure."""
        return bytes(self._decoded(self._ask(path, query, JSON), msgspec.Raw))

    def text(self, path: str) -> str:
        """The stored text at the path. Raises Failure."""
        return self._ask(path).text

    def post(self, path: str, body: object, shape: type[Shape], *, seconds: float = ANSWER_SECONDS) -> Shape:
        """The answer to a command; it is sent again under one key until it is answered. Raises Failure."""
        return self._command(self._request("POST", path, body, seconds), shape)

    def put(self, path: str, body: object, shape: type[Shape]) -> Shape:
        """The answer to a command that says how something shall be. Raises Failure."""
        return self._command(self._request("PUT", path, body, ANSWER_SECONDS), shape)

    def delete(self, path: str, shape: type[Shape]) -> Shape:
        """The answer to the wish that this be gone. Raises Failure."""
        return self._command(self._http.build_request("DELETE", path), shape)

    @contextmanager
    def live(self, path: str, query: Query, silence: float) -> Iterator[httpx2.EventSource]:
        """The events that are asked for as they come. Raises Away where the line breaks or is silent for so long."""
        timeout = httpx2.Timeout(silence, connect=CONNECT_SECONDS)
        with (
            self._translated(),
            self._http.sse(path, params=query, timeout=timeout, max_event_size=LONGEST_EVENT) as source,
        ):
            if source.response.status_code != 200:
                source.response.read()
                if source.response.status_code == 401 and self._renew():
                    raise Away("the token had ended")
                self._check(source.response)
            yield source

    def _command(self, request: httpx2.Request, shape: type[Shape]) -> Shape:
        request.headers["Idempotency-Key"] = str(uuid4())
        return self._decoded(self._signed(request, max(self.patience, WRITE_PATIENCE)), shape)

    def _request(self, method: str, path: str, body: object, seconds: float) -> httpx2.Request:
        headers = {"Content-Type": JSON}
        timeout = httpx2.Timeout(seconds, connect=CONNECT_SECONDS)
        content = msgspec.json.encode(body)
        return self._http.build_request(method, path, content=content, headers=headers, timeout=timeout)

    def _ask(self, path: str, query: Query | None = None, accept: str = "*/*") -> httpx2.Response:
        request = self._http.build_request("GET", path, params=query, headers={"Accept": accept})
        return self._signed(request, self.patience)

    def _signed(self, request: httpx2.Request, patience: float) -> httpx2.Response:
        """The answer; where the stored token is over, the next one is got."""
        for _ in range(RENEWALS):
            try:
                return self._patiently(request, patience)
            except SignedOut:
                if not self._renew():
                    raise
            request.headers["Authorization"] = self._http.headers["Authorization"]
        return self._patiently(request, patience)

    def _renew(self) -> bool:
        """Whether there is another token than the one that was refused. Raises Failure.

        A refresh token works once, and is over for whoever uses it twice; so commands take turns, and one that comes
        later takes the token that another has got meanwhile.
        """
        if not self._stored:
            return False
        with credentials.turn():
            login = credentials.read()
            if login is None or login.url != self.url:
                return False
            if login.token == self._token:
                if login.refresh_token is None:
                    return False
                login = self._refreshed(login, login.refresh_token)
                credentials.write(login)
        self._token = login.token
        self._bear(login.token)
        return True

    def _refreshed(self, login: credentials.Login, refresh_token: str) -> credentials.Login:
        """Raises SignedOut where the sign-in is over. Nothing is sent twice: the second time would end the sign-in."""
        body = {"refresh_token": refresh_token}
        answer = self._once(self._request("POST", "/api/session/refresh", body, ANSWER_SECONDS))
        renewed = self._decoded(answer, wire.NewToken)
        return credentials.Login(login.url, login.name, renewed.token, renewed.refresh_token)

    def _patiently(self, request: httpx2.Request, patience: float) -> httpx2.Response:
        begun, pause = time.monotonic(), SHORTEST_PAUSE
        while True:
            try:
                return self._once(request)
            except Away as away:
                limit = max(patience, WRITE_PATIENCE) if isinstance(away, Busy) else patience
                wait = max(pause, away.wait if isinstance(away, Busy) else 0.0)
                if time.monotonic() + wait > begun + limit:
                    raise
            time.sleep(wait)
            pause = min(LONGEST_PAUSE, 2 * pause)

    def _once(self, request: httpx2.Request) -> httpx2.Response:
        with self._translated():
            response = self._http.send(request)
        self._check(response)
        return response

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except httpx2.ReadTimeout:
            raise Silent(f"the Z2 at {self.url} does not answer", "try again, or look at its log") from None
        except (httpx2.NetworkError, httpx2.TimeoutException, httpx2.RemoteProtocolError) as error:
            reason = str(error) or type(error).__name__
            mend = "start it with `z2 up`, or name another address with `z2 login --url`"
            raise Away(f"no Z2 answers at {self.url} ({reason})", mend) from None
        except httpx2.TransportError as error:
            raise problems.not_z2(self.url, str(error)) from None

    def _check(self, response: httpx2.Response) -> None:
        if response.is_success:
            return
        refused = problems.refusal(response.status_code, response.content, self.url)
        if response.status_code == 401:
            raise SignedOut(str(refused))
        if response.status_code not in UNAVAILABLE:
            raise refused
        busy = Busy(str(refused))
        asked = response.headers.get("Retry-After", "")
        busy.wait = float(asked) if asked.isascii() and asked.isdigit() else 0.0
        raise busy

    def _decoded(self, response: httpx2.Response, shape: type[Shape]) -> Shape:
        try:
            return msgspec.json.decode(response.content, type=shape)
        except msgspec.MsgspecError as error:
            raise problems.not_z2(self.url, str(error)) from None

    def _bear(self, token: str) -> None:
        self._http.headers["Authorization"] = f"Bearer {token}"


@contextmanager
def connect(access: Access | None = None) -> Iterator[Connection]:
    """The line to the Z2 of this person, or to another one."""
    found = access or credentials.find()
    # what stays on this machine needs no proxy, and a proxy must not see it
    trust = not credentials.is_local(found.url)
    timeout = httpx2.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
    with httpx2.Client(base_url=found.url, timeout=timeout, trust_env=trust) as http:
        yield Connection(found, http)
