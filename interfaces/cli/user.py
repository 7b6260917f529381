"""`z2 user`: accounts, made by whoever runs Z2, and links to choose a password."""

import sys
from typing import TYPE_CHECKING
from uuid import UUID

import click

from interfaces.cli import members
from interfaces.cli.failure import BadInput

if TYPE_CHECKING:
    from infrastructure.database import Database
    from infrastructure.settings import Settings


@click.group()
def user() -> None:
    """Make accounts, and links to choose a password; see to the members of the workspace.

    `create` and `link` work on the database of DATABASE_URL, or of the `z2 up` that runs on Z2_DATA_DIR, and need the
    encryption keys that the processes have: who may run them on this machine may do so, and nobody signs in. The others
    ask the API in your name. MEMBER is a name, an e-mail address, an id, or the beginning of one.
    """


for command in members.COMMANDS:
    user.add_command(command)


@user.command()
@click.argument("name")
@click.option("--email", metavar="ADDRESS", help="Their e-mail address, which you vouch for.")
@click.option("--role", default="user", show_default=True, metavar="ROLE", help="Their role in the workspace.")
@click.option("--workspace", type=click.UUID, metavar="ID", help="Where they are at home; the first one without it.")
@click.option("--password", is_flag=True, help="Ask for a password now instead of printing a link.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def create(
    name: str, email: str | None, role: str, workspace: UUID | None, *, password: bool, password_stdin: bool
) -> None:
    """Make an account and print a link, good once and for a day, by which its owner chooses a password.

    An account of this name that has no password yet is the one that is meant, so that a lost link can be replaced.
    """
    from interfaces.cli import operating
    from interfaces.operator import NewUser, create_user

    chosen = _password(asked=password, from_stdin=password_stdin)
    wished = NewUser(name, email, role, workspace, chosen)

    async def work(settings: "Settings", database: "Database") -> str | None:
        return await create_user(settings, database, wished)

    link = operating.done(work)
    click.echo(f"{name} can sign in now" if link is None else link)


@user.command()
@click.argument("name")
def link(name: str) -> None:
    """Print a link, good once and for a day, by which somebody chooses a new password.

    NAME is a name or a verified e-mail address. The password that they have stays good until then.
    """
    from interfaces.cli import operating
    from interfaces.operator import password_link

    async def work(settings: "Settings", database: "Database") -> str:
        return await password_link(settings, database, name)

    click.echo(operating.done(work))


def _password(*, asked: bool, from_stdin: bool) -> str | None:
    """Raises BadInput."""
    if from_stdin:
        try:
            return sys.stdin.buffer.readline().decode().rstrip("\r\n")
        except UnicodeDecodeError:
            raise BadInput("the password is no text in UTF-8") from None
    if not asked:
        return None
    if not sys.stdin.isatty():
        raise BadInput("there is no terminal to ask for the password on", "use --password-stdin")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt="The same again", err=True))
