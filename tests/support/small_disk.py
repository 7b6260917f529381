"""A disk so small that a test can fill it, with a Postgres on it that is started again whenever it ends.

Run as `python -m tests.support.small_disk DISK BYTES CLUSTER BALLAST PROGRAM [ARGUMENT ...]`: in a mount namespace of
its own it mounts a memory disk of so many bytes at DISK, copies the CLUSTER onto it, leaves BALLAST bytes there that
SIGUSR1 makes it remove, and runs PROGRAM, whose arguments say where the copy is. SIGTERM ends both.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
MS_REC, MS_PRIVATE = 0x4000, 0x40000
COPY, BALLAST = "cluster", "ballast"
RESTART_SECONDS = 0.2
REFUSED = 77
"""The exit code where this machine lets nobody but root mount, or not even root."""

_libc = ctypes.CDLL(None, use_errno=True)


def mounted(disk: Path, size: int) -> bool:
    """Mount the disk where only this process and its children see it; False where that is not allowed."""
    uid, gid = os.geteuid(), os.getegid()
    if _libc.unshare(CLONE_NEWNS | (0 if uid == 0 else CLONE_NEWUSER)):
        return False
    if uid != 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    if _libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None):
        return False
    return not _libc.mount(b"tmpfs", os.fsencode(disk), b"tmpfs", 0, b"size=%d,mode=0755" % size)


class Keeper:
    """Starts the program again and again, as a supervisor does."""

    def __init__(self, disk: Path, argv: list[str]) -> None:
        self._disk = disk
        self._argv = argv
        self._ending = False
        self._process: subprocess.Popen[bytes] | None = None
        signal.signal(signal.SIGUSR1, self._make_room)
        signal.signal(signal.SIGTERM, self._end)

    def run(self) -> None:
        owner = (self._disk / COPY).stat()
        while not self._ending:
            account = {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}
            self._process = subprocess.Popen(self._argv, cwd="/", **account)  # type: ignore[call-overload]  # by name
            self._process.wait()
            time.sleep(RESTART_SECONDS)

    def _make_room(self, _signal: int, _frame: FrameType | None) -> None:
        (self._disk / BALLAST).unlink(missing_ok=True)

    def _end(self, _signal: int, _frame: FrameType | None) -> None:
        self._ending = True
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)


def main() -> int:
    disk, size, cluster, ballast, *argv = sys.argv[1:]
    try:
        allowed = mounted(Path(disk), int(size))
    except OSError:
        allowed = False
    if not allowed:
        return REFUSED
    copy = Path(disk) / COPY
    shutil.copytree(cluster, copy, symlinks=True)
    owner = Path(cluster).stat()
    for each in (copy, *copy.rglob("*")):
        os.chown(each, owner.st_uid, owner.st_gid, follow_symlinks=False)
    (Path(disk) / BALLAST).write_bytes(bytes(int(ballast)))
    Keeper(Path(disk), argv).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
