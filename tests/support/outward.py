"""With whom processes speak over the network, as the kernel tells it while they do."""

import contextlib
import ipaddress
import sys
from collections.abc import Container, Iterator, Sequence
from pathlib import Path
from threading import Event, Thread

REST_SECONDS = 0.02
TABLES = ("tcp", "tcp6", "udp", "udp6")


@contextlib.contextmanager
def outward(pids: Sequence[int]) -> Iterator[set[str]]:
    """The addresses beyond this machine to which any of the processes had a socket while the block lasted."""
    found: set[str] = set()
    over, looked = Event(), Event()

    def look() -> None:
        while True:
            for pid in pids:
                found.update(_beyond(pid))
            looked.set()
            if over.wait(REST_SECONDS):
                return

    looking = Thread(target=look)
    looking.start()
    try:
        looked.wait()
        yield found
    finally:
        over.set()
        looking.join()


def _beyond(pid: int) -> Iterator[str]:
    own = set(_sockets(pid))
    for table in TABLES:
        yield from beyond(Path(f"/proc/{pid}/net/{table}").read_text(encoding="ascii"), own)


def beyond(table: str, own: Container[str]) -> Iterator[str]:
    """The other ends beyond this machine of one's own sockets, of a table as the kernel writes it."""
    for fields in (line.split() for line in table.splitlines()[1:]):
        number = _number(fields[2].partition(":")[0])
        if fields[9] in own and not _is_here(number):
            yield str(number)


def _sockets(pid: int) -> Iterator[str]:
    """The inodes of its sockets."""
    for each in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            target = str(each.readlink())
            if target.startswith("socket:["):
                yield target.removeprefix("socket:[").removesuffix("]")


def _number(written: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """It is written as words of 32 bits, each in the order of the machine."""
    words = (int(written[at : at + 8], 16) for at in range(0, len(written), 8))
    return ipaddress.ip_address(b"".join(word.to_bytes(4, sys.byteorder) for word in words))


def _is_here(number: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    mapped = number.ipv4_mapped if isinstance(number, ipaddress.IPv6Address) else None
    return (mapped or number).is_loopback or number.is_unspecified
