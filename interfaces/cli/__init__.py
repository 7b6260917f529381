"""The command line: `z2 <command>`; a command is imported when it is asked for, and not before."""

import contextlib
import importlib
import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import click

from interfaces.cli.failure import BAD_INPUT, FAILED, INTERRUPTED, Failure

SECTIONS: dict[str, dict[str, tuple[str, str]]] = {
    "Start": {
        "up": ("up", "Start everything on this machine; Ctrl-C stops it."),
        "doctor": ("doctor", "Check this machine and say how to mend what is wrong."),
        "login": ("login", "Sign in to a Z2 and remember it."),
    },
    "Work": {
        "chat": ("chat", "Talk with an agent."),
        "sessions": ("sessions", "See the conversations with agents and teams."),
        "run": ("run", "Let a template or a workflow work on a document."),
        "runs": ("listings", "List the runs."),
        "show": ("show", "Show a run with its steps and its result."),
        "why": ("why", "Tell what a run waits for."),
        "inbox": ("inbox", "See what waits for people, and decide it."),
        "pause": ("control", "Pause a run."),
        "resume": ("control", "Go on with a paused run."),
        "cancel": ("control", "Cancel a run."),
        "rerun": ("control", "Start a run again, on the same document or another one."),
        "retry": ("control", "Do a failed step again."),
        "skip": ("control", "Go on without a step."),
        "signal": ("control", "Tell a run that an event has arrived."),
        "dead-letters": ("dead_letters", "See the steps on which runs have failed, and do them again."),
        "ask": ("agents", "Have one agent do a task."),
        "agents": ("agents", "List, make, revise and retire agents."),
        "tools": ("agents", "List the tools that agents may be given."),
        "workflows": ("listings", "List the workflows."),
        "workflow": ("workflow", "Write, check, publish, compare and draw workflows."),
        "schedules": ("schedules", "Start workflows at a moment, or again and again."),
        "triggers": ("triggers", "Start workflows by signed messages from elsewhere."),
        "templates": ("templates", "List the templates with what a run of each costs."),
        "memory": ("memory", "See and say what agents remember, and approve what they want to."),
        "eval": ("evaluating", "Keep recorded runs as examples, and run them anew with other models."),
        "prompt": ("prompt", "Write what agents are told as templates, in versions with labels and tests."),
        "goal": ("goal", "Have a workflow drafted for a goal, and accept it."),
        "models": ("models", "List the models, ready or not, and say what this workspace knows better."),
        "costs": ("costs", "See what calls of models cost."),
        "budget": ("costs", "Say what they may cost, and see what is left."),
        "limit": ("concurrency", "Say how much may go on at once, and see how much does."),
        "route": ("routes", "Choose among models by a policy, and see whom it would ask."),
    },
    "Record": {
        "events": ("events", "Read the log."),
        "state": ("history", "Show the state of anything at a position of the log."),
        "diff": ("history", "Show what changed in it between two positions."),
        "replay": ("replay", "Walk through the record of a run; execute nothing."),
        "projections": ("projections", "See how far the read models are, and mend them."),
        "rebuild": ("projections", "Build a read model anew from the log."),
        "verify": ("projections", "Verify the read models against the log."),
        "webhooks": ("webhooks", "Send events to addresses, and see to what was not delivered."),
    },
    "Operation": {
        "user": ("user", "Make accounts, and see to the members of the workspace."),
        "workspace": ("workspace", "See to your workspaces, invitations and roles."),
        "audit": ("audit", "Read who came in, was refused or was given what."),
        "key": ("keys", "Give services keys of their own."),
        "providers": ("providers", "Give this workspace keys of its own for model providers."),
        "keyring": ("keyring", "See which encryption keys are in use, and change them."),
    },
    "Processes": {
        "api": ("processes", "Serve the API and the page."),
        "worker": ("processes", "Perform the steps of runs."),
        "projector": ("processes", "Keep the read models."),
        "openapi": ("processes", "Print the OpenAPI document."),
    },
}
"""Each command with its module and its line in the help."""

MODULES = {name: module for section in SECTIONS.values() for name, (module, _) in section.items()}


class Commands(click.Group):
    """The group of all commands; every error leaves it as one line on standard error."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in MODULES:
            return None
        module = importlib.import_module(f"interfaces.cli.{MODULES[cmd_name]}")
        command = getattr(module, cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command), "a module of a command holds it under its own name"
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, line) for name, (_, line) in commands.items()])

    def main(self, *args: Any, **options: Any) -> NoReturn:
        """Run a command and leave the process: 0 done, 1 failed, 2 bad input, 130 interrupted."""
        options.update(standalone_mode=False, prog_name="z2")
        sys.exit(_leave(lambda: super(Commands, self).main(*args, **options)))


def _leave(command: Callable[[], object]) -> int:
    """The exit code of the command; what went wrong is said in one line, and never as a traceback."""
    try:
        code = command()
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except Failure as failure:
        return _say(str(failure), failure.code)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return BAD_INPUT
    except click.UsageError as error:
        name = error.ctx.command_path if error.ctx else "z2"
        return _say(f"{error.format_message().rstrip('.')}; see {name} --help", BAD_INPUT)
    except click.ClickException as error:
        return _say(error.format_message(), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        if os.environ.get("Z2_DEBUG"):
            raise
        return _say(f"unexpected {type(error).__name__}: {error}; Z2_DEBUG=1 shows where", FAILED)


def _say(line: str, code: int) -> int:
    click.echo(f"z2: {' '.join(line.split())}", err=True)
    return code


def _version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:  # noqa: FBT001 - click calls it so
    if asked:
        from importlib import metadata

        with contextlib.suppress(metadata.PackageNotFoundError):
            click.echo(f"z2 {metadata.version('z2')}")
            ctx.exit()
        raise Failure("this Z2 is not installed, so its version is unknown", "install it with make up")


@click.group(cls=Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Teams of AI agents do complex work under control."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
