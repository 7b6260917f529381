"""A free port to listen on, and the question whether the API behind it is ready."""

import errno
import itertools
import socket

PORTS_TO_TRY = 50
BACKLOG = 2048
HIGHEST = 65535
# Who listens everywhere is reached at home.
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104


class NoPortError(Exception):
    """No port is free."""


def listen(host: str, wished: int) -> socket.socket:
    """A socket that listens on `wished`, or on the next port above it that is free; 0 lets the system choose."""
    for port in itertools.islice(range(wished, HIGHEST + 1), PORTS_TO_TRY):
        if (listener := _bind(host, port)) is not None:
            return listener
    raise NoPortError(f"No free port on {host} from {wished} on: choose another one with --port.")


def free_port(host: str, wished: int) -> int:
    """The port that `listen` would choose now."""
    with listen(host, wished) as listener:
        return int(listener.getsockname()[1])


def address(host: str, port: int) -> str:
    """The address of the page as a browser on this machine takes it."""
    reached = reachable(host)
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"


def reachable(host: str) -> str:
    return EVERYWHERE.get(host, host)


def answers_ready(host: str, port: int, *, path: str = "/health/ready", timeout: float = 1) -> bool:
    """Whether a GET is answered with 200; a plain socket, because an HTTP client takes longer to import."""
    request = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection((reachable(host), port), timeout=timeout) as connection:
            connection.sendall(request.encode())
            return connection.recv(64).split(b" ")[1:2] == [b"200"]
    except OSError:
        return False


def _bind(host: str, port: int) -> socket.socket | None:
    try:
        family, kind, _, _, where = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as problem:
        raise NoPortError(f"There is no address {host!r} on this machine: {problem.strerror}.") from None
    listener = socket.socket(family, kind)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(where)
        listener.listen(BACKLOG)
    except OSError as problem:
        listener.close()
        if problem.errno == errno.EADDRINUSE:
            return None
        raise NoPortError(f"{host} port {port} cannot be used here: {problem.strerror}.") from None
    return listener
