"""The life of a database cluster on disk: made once and whole, and checked before each start."""

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from infrastructure.embedded import binaries, child
from infrastructure.embedded.account import Account
from infrastructure.embedded.errors import ServerError

BUILTIN_LOCALES_SINCE = 17
DRAFT = ".new-"


def environment() -> Mapping[str, str]:
    """Ours without what would talk a Postgres program into another server or language."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    return {**kept, "LC_ALL": "C"}


def create_once(folder: Path, *, programs: Path, account: Account, user: str, database: str) -> None:
    """Builds the cluster beside its place and moves it there when it is complete."""
    if (folder / "PG_VERSION").exists():
        return
    for abandoned in folder.parent.glob(f"{DRAFT}*"):
        shutil.rmtree(abandoned, ignore_errors=True)
    draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=folder.parent))
    try:
        account.own(draft)
        locale = ["--locale=C"]
        if binaries.major_version(programs) >= BUILTIN_LOCALES_SINCE:
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        rules = ["-U", user, "--auth-local=trust", "--auth-host=reject", "-E", "UTF8", *locale]
        _run([str(programs / "initdb"), "-D", str(draft), "--no-sync", "--no-instructions", *rules], account)
        single = [str(programs / "postgres"), "--single", "-D", str(draft), "postgres"]
        _run(single, account, told=f'CREATE DATABASE "{database}";\n')
        os.sync()
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def check_version(folder: Path, *, programs: Path) -> None:
    stored, ours = int((folder / "PG_VERSION").read_text()), binaries.major_version(programs)
    if stored != ours:
        raise ServerError(
            f"The database in {folder} is of PostgreSQL {stored}, and {programs} is {ours}: "
            f"set Z2_PG_BIN to the programs of PostgreSQL {stored}, or Z2_DATA_DIR to another folder."
        )


def _run(argv: Sequence[str], account: Account, *, told: str = "") -> None:
    done = child.run(argv, account=account, env=environment(), told=told)
    if done.returncode:
        lines = (done.stderr + done.stdout).strip().splitlines()
        raise ServerError(f"{Path(argv[0]).name} failed: {' / '.join(lines[-3:])}")
