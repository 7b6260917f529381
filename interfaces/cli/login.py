"""`z2 login`: sign in to a Z2 and remember it."""

import sys

import click


@click.command()
@click.option("--url", metavar="URL", help="Where the Z2 is; the one in use without it.")
@click.option("--name", metavar="NAME", help="Who you are; asked for without it.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--device", is_flag=True, help="Approve it in a browser; so it is for other machines without --name.")
def login(url: str | None, name: str | None, *, password_stdin: bool, device: bool) -> None:
    """Sign in to a Z2 and remember it.

    The password is asked for and not shown. With --device there is none: you type a code in a browser that is signed
    in, on this machine or on another. Z2_URL and Z2_TOKEN in the environment go before what is remembered.
    """
    from interfaces.cli.client import credentials
    from interfaces.cli.client import device as device_code
    from interfaces.cli.client.connection import connect
    from interfaces.cli.client.credentials import Access, Login, Password

    where = credentials.address(url) if url else credentials.find().url
    is_local = credentials.is_local(where)
    if where.startswith("http://") and not is_local:
        click.echo(f"z2: {where} is not encrypted; others on the way can read what you sign in with", err=True)
    by_code = device or not (is_local or name or password_stdin)
    given = None if by_code else Password(*_ask(name, password_stdin=password_stdin))
    with connect(Access(where)) as api:
        session = device_code.sign_in(api) if given is None else api.sign_in(given)
    with credentials.turn():
        kept = credentials.write(Login(where, session.name, session.token, session.refresh_token))
    click.echo(f"signed in to {where} as {session.name} ({session.role}); kept in {kept}")


def _ask(name: str | None, *, password_stdin: bool) -> tuple[str, str]:
    """The name and the password. Raises BadInput."""
    from interfaces.cli.failure import BadInput

    if password_stdin:
        if name is None:
            raise BadInput("there is no name to the password", "give it with --name")
        try:
            return name, _checked(sys.stdin.buffer.readline().decode().rstrip("\r\n"))
        except UnicodeDecodeError:
            raise BadInput("the password is no text in UTF-8") from None
    if not sys.stdin.isatty():
        raise BadInput("there is no terminal to ask for the password on", "use --password-stdin")
    asked = name or str(click.prompt("Name", err=True))
    return asked, _checked(str(click.prompt("Password", hide_input=True, err=True)))


def _checked(password: str) -> str:
    from interfaces.cli.failure import BadInput

    if not password:
        raise BadInput("the password is empty", "type it in one line")
    return password
