"""A person at the command line, and a server that answers as a test has told it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import scripted_api
from tests.support.command_line import CommandLine
from tests.support.scripted_api import ScriptedApi


@pytest.fixture
def api() -> Iterator[ScriptedApi]:
    with scripted_api.running() as running:
        yield running


@pytest.fixture
def z2(api: ScriptedApi, tmp_path: Path) -> CommandLine:
    """The command line of somebody who is signed in to the scripted server."""
    return CommandLine(tmp_path, Z2_URL=api.url, Z2_TOKEN="secret-token")
