"""Where the command line finds a Z2 and signs in: the environment, a stored login, the Z2 of this folder."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import msgspec

from domain.kernel import Record
from interfaces.cli.failure import BadInput, Failure
from interfaces.processes import owner_key

DEFAULT_URL = "http://127.0.0.1:8000"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Login(Record):
    """A stored login. The refresh token gets the next access token, once, and another refresh token."""

    url: str
    name: str
    token: str
    refresh_token: str | None = None

    def __repr__(self) -> str:
        return f"Login({self.url!r}, {self.name!r}, ...)"


class Password(Record):
    """A name and its password."""

    name: str
    password: str

    def __repr__(self) -> str:
        return f"Password({self.name!r}, ...)"


class Access(Record):
    """An address, perhaps with a token; `stored` where that is the one of the stored login."""

    url: str
    token: str | None = None
    stored: bool = False

    def __repr__(self) -> str:
        return f"Access({self.url!r}, ...)"


def find(environment: Mapping[str, str] = os.environ) -> Access:
    """The environment goes before a stored login, and that before the Z2 that runs on this data folder.

    A token or key goes only to the address it belongs to, and nobody acts under another's name.
    Raises Failure.
    """
    stored, running = read(environment), _running(environment)
    wished = environment.get("Z2_URL", "").strip()
    url = address(wished or (stored and stored.url) or running or DEFAULT_URL)
    if token := environment.get("Z2_TOKEN", "").strip():
        return Access(url, _checked(token))
    if stored is None or stored.url != url:
        return Access(url, _owners_key(environment) if running == url else None)
    return Access(url, stored.token, stored=True)


def address(url: str) -> str:
    """The address of a Z2 without anything behind the host and port. Raises BadInput."""
    try:
        parts = urlsplit(url if "//" in url else f"http://{url}")
        port = parts.port
    except ValueError:
        raise BadInput(f"{url!r} is no address of a Z2", f"give one such as {DEFAULT_URL}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadInput(f"{url!r} is no address of a Z2", f"give one such as {DEFAULT_URL}")
    if parts.username or parts.password:
        raise BadInput("an address must not carry a name or a password", "sign in with `z2 login`")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path.rstrip('/')}"


def is_local(url: str) -> bool:
    """Whether the address never leaves this machine."""
    return urlsplit(url).hostname in LOOPBACK


def file(environment: Mapping[str, str] = os.environ) -> Path:
    """The file of the stored login (XDG Base Directory Specification)."""
    base = environment.get("XDG_CONFIG_HOME", "")
    folder = Path(base) if base.startswith("/") else Path.home() / ".config"
    return folder / "z2" / "credentials.json"


def read(environment: Mapping[str, str] = os.environ) -> Login | None:
    """The stored login, if there is one. Raises Failure where the file cannot be understood."""
    path = file(environment)
    try:
        return msgspec.json.decode(path.read_bytes(), type=Login)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}", "make it readable for you, or remove it") from None
    except msgspec.MsgspecError:
        raise Failure(f"{path} is damaged", "sign in again with `z2 login`") from None


def write(login: Login, environment: Mapping[str, str] = os.environ) -> Path:
    """Store the login in place of the one before, readable for its owner alone."""
    path = file(environment)
    draft = path.with_name(f"{path.name}.{uuid4().hex}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(msgspec.json.encode(login))
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise Failure(f"{path}: {error.strerror}", "set XDG_CONFIG_HOME to a folder of yours") from None
    return path


@contextmanager
def turn(environment: Mapping[str, str] = os.environ) -> Iterator[None]:
    """Commands that want to change the stored login take turns. Raises Failure."""
    path = file(environment).with_name("credentials.lock")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}", "set XDG_CONFIG_HOME to a folder of yours") from None
    with os.fdopen(descriptor, "r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _checked(token: str) -> str:
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise BadInput("Z2_TOKEN holds no token", "take the one that `z2 login` stores")
    return token


def _folder(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("Z2_DATA_DIR") or ".z2")


def _running(environment: Mapping[str, str]) -> str | None:
    """The address of the Z2 that runs on the data folder at this moment."""
    from interfaces.processes import data_lock

    running = data_lock.find(_folder(environment))
    return running.address if running else None


def _owners_key(environment: Mapping[str, str]) -> str | None:
    """The key that the Z2 of this data folder has left for its owner."""
    return owner_key.read(_folder(environment) / owner_key.NAME)
