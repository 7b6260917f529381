"""The account a server runs under: Postgres refuses root, so root lends it another one."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from infrastructure.embedded.errors import ServerError

LENT = "nobody"


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int
    name: str

    @property
    def lent(self) -> bool:
        """Whether a process of this account has to be started under other ids than ours."""
        return self.uid != os.geteuid()

    def own(self, path: Path) -> None:
        """Give `path` to this account where it is not ours anyway."""
        if self.lent:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def can_reach(self, path: Path) -> bool:
        """Whether every folder that exists on the way to `path` lets this account pass."""
        if not self.lent:
            return True
        return all(self._passes(folder) for folder in path.resolve().parents if folder.exists())

    def _passes(self, folder: Path) -> bool:
        found = folder.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        if found.st_gid == self.gid:
            return bool(found.st_mode & stat.S_IXGRP)
        return bool(found.st_mode & stat.S_IXOTH)


def ourselves() -> Account:
    return Account(uid=os.geteuid(), gid=os.getegid(), name=_name(os.geteuid()))


def for_postgres(data: Path) -> Account:
    """Ourselves; or, for root, the owner that an existing `data` folder has, else `nobody`."""
    if os.geteuid() != 0:
        return _checked_owner(data)
    if data.exists() and (owner := data.stat().st_uid) != 0:
        return _lent(pwd.getpwuid(owner))
    return _lent(pwd.getpwnam(LENT))


def _checked_owner(data: Path) -> Account:
    us = ourselves()
    if not us.name:
        raise ServerError(
            f"Postgres needs a user name, and user id {us.uid} has none: run as another user, or set DATABASE_URL."
        )
    if data.exists() and (owner := data.stat().st_uid) != us.uid:
        raise ServerError(
            f"{data} belongs to {_name(owner) or owner}, who started Z2 here first: "
            f"run as that user, or set Z2_DATA_DIR."
        )
    return us


def _lent(entry: pwd.struct_passwd) -> Account:
    return Account(uid=entry.pw_uid, gid=entry.pw_gid, name=entry.pw_name)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return ""
