"""Where the servers keep their data and their sockets, within what the file system allows them."""

import hashlib
import os
import tempfile
from pathlib import Path

from infrastructure.embedded.account import Account
from infrastructure.embedded.binaries import SHARED
from infrastructure.embedded.errors import ServerError

# A socket's whole path must stay below 104 bytes on macOS and 108 on Linux.
LONGEST_SOCKET_PATH = 103
SHORT = Path("/tmp")  # noqa: S108  what we make there is checked to be ours alone
LONGEST_SOCKET_NAME = len("/.s.PGSQL.5432.lock")


def data_folder(path: Path) -> Path:
    """Z2's own folder, made where it is missing; others may not look in, but a lent account may pass."""
    folder = path.absolute()
    folder.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    return folder


def cluster(wished: Path, account: Account, *, shared: Path = SHARED) -> Path:
    """The folder for the database: `wished`, or one elsewhere that `wished` then links to.

    Root's lent account cannot pass a private folder, and we never change modes of folders we did not make.
    """
    if wished.exists():
        found = wished.resolve()
        if not account.can_reach(found):
            raise ServerError(
                f"The account {account.name!r} that runs Postgres for root cannot reach {found}: "
                "let others pass its parent folders (chmod o+x), or set Z2_DATA_DIR."
            )
        return found
    wished.unlink(missing_ok=True)
    if account.can_reach(wished):
        return wished
    shared.mkdir(mode=0o755, parents=True, exist_ok=True)
    elsewhere = Path(tempfile.mkdtemp(prefix="data-", dir=shared))
    elsewhere.chmod(0o711)
    wished.symlink_to(elsewhere / wished.name)
    return elsewhere / wished.name


def socket_folder(data_dir: Path, account: Account) -> Path:
    """A folder that only `account` (and root) may enter, with a path short enough for a socket."""
    digest = hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:12]
    for base in (Path(tempfile.gettempdir()), SHORT):
        folder = base / f"z2-{os.geteuid()}-{digest}"
        if fits(folder) and account.can_reach(folder) and _private(folder, account):
            return folder
    raise ServerError(
        f"No place for the servers' sockets: {tempfile.gettempdir()} is too long, closed to "
        f"{account.name!r}, or holds a foreign folder of our name. Set TMPDIR to a short folder."
    )


def fits(folder: Path) -> bool:
    return len(os.fsencode(folder)) + LONGEST_SOCKET_NAME <= LONGEST_SOCKET_PATH


def _private(folder: Path, account: Account) -> bool:
    """Make `folder`, or take it as it is when it is ours alone; never trust one that someone put there."""
    try:
        folder.mkdir(mode=0o700)
        account.own(folder)
    except FileExistsError:
        pass
    except OSError:
        return False
    found = folder.lstat()
    return found.st_mode & 0o170777 == 0o040700 and found.st_uid in (account.uid, os.geteuid())
