"""Signing in with a device code (RFC 8628): a person approves it in a browser, wherever that is."""

import socket
import time

import click

from domain.kernel import Record
from interfaces.cli.client import wire
from interfaces.cli.client.connection import Connection
from interfaces.cli.client.problems import Refused
from interfaces.cli.failure import Failure

PENDING = "urn:z2:problem:authorization_pending"
SLOW_DOWN = "urn:z2:problem:slow_down"
SLOWER_SECONDS = 5.0


class Codes(Record):
    """What the person is shown, and what the command keeps to itself."""

    device_code: str
    user_code: str
    verification_uri: str
    expires_in: int
    interval: float


class Client(Record):
    client: str


class Exchange(Record):
    device_code: str


def sign_in(api: Connection) -> wire.NewSession:
    """A session of whoever approves the code that is printed. Raises Failure where nobody does."""
    codes = api.post("/api/device", Client(f"z2 on {socket.gethostname()}"[:100]), Codes)
    click.echo(f"open {codes.verification_uri} in a browser and type this code: {codes.user_code}", err=True)
    ends, interval = time.monotonic() + codes.expires_in, codes.interval
    while time.monotonic() < ends:
        time.sleep(interval)
        try:
            return api.post("/api/device/token", Exchange(codes.device_code), wire.NewSession)
        except Refused as refused:
            if refused.type == SLOW_DOWN:
                interval += SLOWER_SECONDS
            elif refused.type != PENDING:
                raise
    raise Failure("nobody approved the code in time", "begin again with `z2 login --device`")
