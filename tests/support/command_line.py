"""The command line as a person uses it: words in, what it prints and its exit code out."""

import os
from pathlib import Path

from click.testing import CliRunner

from domain.kernel import Record
from interfaces.cli import main


class Said(Record):
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def error(self) -> str:
        """The one line of an error; a second one, or a traceback, fails the test."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("z2: "), self.err
        return lines[0].removeprefix("z2: ")


class CommandLine:
    """Commands of somebody whose home is `home`, with an environment of their own."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        self.environment: dict[str, str | None] = {
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / "config"),
            "Z2_DATA_DIR": str(home / "data"),
            "Z2_URL": None,
            "Z2_TOKEN": None,
            "Z2_DEBUG": None,
            **environment,
        }

    @property
    def variables(self) -> dict[str, str]:
        """The whole environment, for a process of its own."""
        whole: dict[str, str | None] = {**os.environ, **self.environment}
        return {name: value for name, value in whole.items() if value is not None}

    def __call__(self, *words: str | Path, given: str | bytes | None = None, **environment: str) -> Said:
        """Run `z2` with these words; `given` is its standard input."""
        runner = CliRunner()
        result = runner.invoke(
            main, [str(word) for word in words], input=given, env={**self.environment, **environment}
        )
        return Said(result.exit_code, result.stdout, result.stderr)
