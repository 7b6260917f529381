"""Z2 finds a port that is free, and knows when the API behind it is ready."""

import http.server
import socket
import threading
from collections.abc import Iterator

import pytest

from interfaces.processes import network


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken


def test_a_taken_port_moves_on_to_the_next_free_one(listener: socket.socket) -> None:
    taken = listener.getsockname()[1]
    free = network.free_port("127.0.0.1", taken)
    assert taken < free < taken + network.PORTS_TO_TRY
    assert network.free_port("127.0.0.1", free) == free


def test_port_zero_lets_the_system_choose() -> None:
    assert network.free_port("127.0.0.1", 0) > 0


def test_an_address_of_another_machine_is_refused_in_one_line() -> None:
    with pytest.raises(network.NoPortError, match=r"192\.0\.2\.1 port 8000 cannot be used here"):
        network.free_port("192.0.2.1", 8000)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("z2.example", "http://z2.example:8000"),
    ],
)
def test_the_address_is_one_that_a_browser_here_can_open(host: str, address: str) -> None:
    assert network.address(host, 8000) == address


@pytest.mark.parametrize(("status", "ready"), [(200, True), (503, False)])
def test_only_an_answer_of_200_means_ready(*, status: int, ready: bool) -> None:
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *said: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        assert network.answers_ready("127.0.0.1", server.server_port) is ready
        thread.join()


def test_nobody_there_is_not_ready() -> None:
    assert not network.answers_ready("127.0.0.1", network.free_port("127.0.0.1", 0))
