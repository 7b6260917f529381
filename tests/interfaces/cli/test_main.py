"""The command line says what there is, imports no more than it needs, and ends every error in one line."""

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from interfaces.cli import MODULES, SECTIONS, Commands, main
from tests.support import scripted_api
from tests.support.command_line import CommandLine
from tests.support.scripted_api import ScriptedApi

HEAVY = ("anthropic", "httpx2", "litestar", "msgspec", "openai", "psycopg", "rich", "uvicorn")
LINES = {name: line for section in SECTIONS.values() for name, (_, line) in section.items()}


def python(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *arguments],
        env={name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_help_names_every_command_and_imports_none() -> None:
    watching = f"import sys; sys.modules.update({{name: None for name in {HEAVY}}})"
    code = f"{watching}; from interfaces.cli import main; main(['--help'])"
    told = python("-c", code)
    assert (told.returncode, told.stderr) == (0, "")
    assert all(f"  {name} " in told.stdout for name in MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_a_command_tells_in_its_help_what_it_does(name: str, z2: CommandLine) -> None:
    said = z2(name, "--help")
    assert said.code == 0
    assert said.out.startswith(f"Usage: z2 {name} ")
    assert "\n\n  " in said.out
    assert LINES[name].endswith(".")


def test_without_a_command_the_help_is_shown(z2: CommandLine) -> None:
    assert z2().out == z2("--help").out
    assert z2().code == 0


@pytest.mark.parametrize("name", ["memory", "prompt", "eval", "budget"])
def test_a_command_of_several_that_is_given_none_shows_them_and_ends_with_2(name: str, z2: CommandLine) -> None:
    said = z2(name)
    assert (said.code, said.out, said.err) == (2, "", z2(name, "--help").out)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["nonsense"], "No such command 'nonsense'; see z2 --help"),
        (["runs", "--limit", "0"], "Invalid value for '--limit': 0 is not in the range 1<=x<=200; see z2 runs --help"),
        (["run", "research-brief"], "say what to work on; give either --input or --data"),
        (["show"], "Missing argument 'RUN'; see z2 show --help"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_two(words: list[str], line: str, z2: CommandLine) -> None:
    said = z2(*words)
    assert (said.code, said.error, said.out) == (2, line, "")


def test_a_server_that_is_not_there_is_one_line_that_says_how_to_start_one(tmp_path: Path) -> None:
    with scripted_api.running() as gone:
        z2 = CommandLine(tmp_path, Z2_URL=gone.url)
    said = z2("runs")
    assert said.code == 1
    assert said.error.startswith(f"no Z2 answers at {gone.url} (")
    assert said.error.endswith("; start it with `z2 up`, or name another address with `z2 login --url`")


class Troubled(Commands):
    """A command line whose only command comes to grief."""

    def __init__(self, trouble: BaseException) -> None:
        super().__init__()
        self._trouble = trouble

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        def fail() -> None:
            raise self._trouble

        return click.Command(cmd_name, callback=fail)


def ending(trouble: BaseException, **environment: str) -> tuple[int, str]:
    result = CliRunner().invoke(Troubled(trouble), ["anything"], env={"Z2_DEBUG": None, **environment})
    return result.exit_code, result.stderr


def test_what_nobody_foresaw_is_one_line_too() -> None:
    line = "z2: unexpected ValueError: on two lines; Z2_DEBUG=1 shows where\n"
    assert ending(ValueError("on\ntwo lines")) == (1, line)


def test_somebody_who_mends_z2_itself_can_see_where_it_failed() -> None:
    result = CliRunner().invoke(Troubled(ValueError("deep inside")), ["anything"], env={"Z2_DEBUG": "1"})
    assert isinstance(result.exception, ValueError)


def test_an_interrupted_command_ends_with_130_and_nothing_to_read() -> None:
    code, line = ending(KeyboardInterrupt())
    assert (code, line.strip()) == (130, "")


def test_a_reader_that_goes_away_ends_the_command_quietly(api: ScriptedApi, tmp_path: Path) -> None:
    api.on("GET /api/models", scripted_api.good({"items": [], "filler": "x" * 1_000_000}))
    command = [sys.executable, "-m", "interfaces.cli", "models", "--json"]
    environment = {**os.environ, "Z2_URL": api.url, "XDG_CONFIG_HOME": str(tmp_path)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 1


@pytest.mark.parametrize("name", ["worker", "projector"])
def test_a_process_without_its_servers_says_which_setting_is_missing(name: str, tmp_path: Path) -> None:
    told = python("-m", "interfaces.cli", name, Z2_DATA_DIR=str(tmp_path))
    assert told.returncode == 2
    assert told.stderr.startswith("z2: DATABASE_URL is not set; ")
    assert len(told.stderr.splitlines()) == 1


def test_the_version_is_that_of_the_installed_distribution(z2: CommandLine) -> None:
    said = z2("--version")
    try:
        installed = metadata.version("z2")
    except metadata.PackageNotFoundError:
        assert (said.code, said.error) == (
            1,
            "this Z2 is not installed, so its version is unknown; install it with make up",
        )
    else:
        assert (said.code, said.out) == (0, f"z2 {installed}\n")


def test_openapi_prints_the_document(z2: CommandLine) -> None:
    told = python("-m", "interfaces.cli", "openapi")
    assert told.returncode == 0
    assert '"openapi": "3.1.0"' in told.stdout
    assert '"/api/runs"' in told.stdout


def test_the_commands_are_found_without_being_told() -> None:
    assert list(MODULES) == main.list_commands(main.make_context("z2", ["--help"], resilient_parsing=True))
