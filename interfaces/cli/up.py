"""`z2 up`: everything on this machine, from one command."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import click

from infrastructure.embedded import errors, places
from interfaces.processes import data_lock, external, machine, network, serve, welcome
from interfaces.processes.keeper import StartFailedError
from interfaces.processes.output import Output


@click.command()
@click.option("--host", envvar="Z2_HOST", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", envvar="Z2_PORT", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--data",
    "data_dir",
    envvar="Z2_DATA_DIR",
    default=".z2",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder that keeps everything.",
)
@click.option(
    "--demo",
    "document",
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
    metavar="FILE",
    help="Also turn this document into a research brief.",
)
def up(host: str, port: int, data_dir: Path, document: Path | None) -> None:
    """Start Z2 on this machine; Ctrl-C stops it, and the next start finds everything again."""
    with _one_line_errors():
        folder = places.data_folder(data_dir)
        with data_lock.hold(folder) as lock, _children_log(folder, document) as log:
            output = Output(sys.stdout, log=log, colour=welcome.is_terminal())
            chosen = _assemble(folder, host=host, port=port, output=output)
            lock.tell(chosen.running())
            try:
                code = asyncio.run(serve.serve(chosen, output, document=document))
            finally:
                chosen.clear()
    sys.exit(code)


def _assemble(folder: Path, *, host: str, port: int, output: Output) -> machine.Machine:
    listener = network.listen(host, port)
    free = int(listener.getsockname()[1])
    if port not in (free, 0):
        output.say(f"port {port} is taken; Z2 listens on {free}")
    chosen = machine.assemble(folder, host=host, port=free, listener=listener)
    if problem := external.problem():
        raise click.ClickException(problem)
    return chosen


@contextlib.contextmanager
def _children_log(folder: Path, document: Path | None) -> Iterator[TextIO | None]:
    """A demonstration has the terminal to itself; what the processes say goes to a file."""
    if document is None:
        yield None
        return
    descriptor = os.open(folder / "z2.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as log:
        yield log


@contextlib.contextmanager
def _one_line_errors() -> Iterator[None]:
    try:
        yield
    except (
        errors.ServerError,
        data_lock.AlreadyRunningError,
        network.NoPortError,
        StartFailedError,
    ) as problem:
        raise click.ClickException(str(problem)) from problem
    except OSError as problem:
        raise click.ClickException(f"{problem.filename or 'Z2'}: {problem.strerror or problem}") from problem
