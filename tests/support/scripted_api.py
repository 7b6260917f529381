"""A server on a socket that answers each address as a test has told it, and remembers what it was asked."""

import contextlib
import threading
from collections import defaultdict
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import msgspec

from domain.kernel import Record


class Answer(Record):
    """One answer. `dropped`: the line breaks instead. `held`: the line stays open behind the body."""

    status: int = 200
    body: bytes = b"{}"
    media_type: str = "application/json"
    headers: dict[str, str] = {}
    dropped: bool = False
    held: bool = False


class Asked(Record):
    """A request as it came."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


def good(value: object) -> Answer:
    return Answer(body=msgspec.json.encode(value))


def problem(status: int, title: str, detail: str, *fields: tuple[str, str], code: str = "x") -> Answer:
    """An RFC 9457 document with what is wrong in each field."""
    errors = [{"field": field, "message": message} for field, message in fields]
    document = {"type": f"urn:z2:problem:{code}", "title": title, "status": status, "detail": detail, "errors": errors}
    return Answer(status, msgspec.json.encode(document), "application/problem+json")


def stream(*pieces: str, held: bool = False) -> Answer:
    """A live stream; it ends behind the last piece, or is held open."""
    return Answer(body="".join(pieces).encode(), media_type="text/event-stream", held=held)


class ScriptedApi:
    """Answers by method and path, in their order; the last one stays."""

    def __init__(self, url: str, closing: threading.Event) -> None:
        self.url = url
        self.closing = closing
        self.asked: list[Asked] = []
        self._answers: dict[str, list[Answer]] = defaultdict(list)

    def on(self, request: str, *answers: Answer) -> None:
        """What to answer to a request such as `GET /api/runs`."""
        self._answers[request] = list(answers)

    def requests(self, request: str) -> list[Asked]:
        """The requests of this kind so far."""
        return [asked for asked in self.asked if f"{asked.method} {asked.path}" == request]

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        answers = self._answers[f"{asked.method} {asked.path}"]
        if not answers:
            return problem(404, "Not Found", f"nothing is scripted for {asked.method} {asked.path}")
        return answers.pop(0) if len(answers) > 1 else answers[0]


@contextlib.contextmanager
def running() -> Iterator[ScriptedApi]:
    """A server on a free port of the loopback that lives as long as the block."""
    closing = threading.Event()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        api = ScriptedApi(f"http://127.0.0.1:{server.server_port}", closing)
        server.api = api  # type: ignore[attr-defined] # where the library lets handlers find what is theirs
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield api
        finally:
            closing.set()
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        """A test says itself what it saw."""

    def _answer(self) -> None:
        api: ScriptedApi = self.server.api  # type: ignore[attr-defined] # see `running`
        where = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = api.answer(Asked(self.command, where.path, where.query, headers, body))
        if answer.dropped:
            return
        self.send_response(answer.status)
        for name, value in {"Content-Type": answer.media_type, **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)
        if answer.held:
            self.wfile.flush()
            api.closing.wait(30)
