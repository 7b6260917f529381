"""`z2 providers`: a workspace's own keys for the providers of models, stored, tried and removed."""

import sys

import click

from domain.secret import PROVIDERS

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
PROVIDER = click.argument("provider", type=click.Choice(PROVIDERS))


@click.group()
def providers() -> None:
    """Give this workspace keys of its own for model providers.

    They go before the keys of the settings, are stored encrypted, and are never shown again.
    """


@providers.command("list")
@AS_JSON
def all_of_them(*, as_json: bool) -> None:
    """List the keys that this workspace has, by their last four characters."""
    from interfaces.cli.client import provider_keys

    provider_keys.show(as_json=as_json)


@providers.command("set")
@PROVIDER
@click.option("--base-url", metavar="URL", help="Where the key goes, such as a compatible service.")
@click.option("--no-test", is_flag=True, help="Store it without asking the provider first.")
@AS_JSON
def store(provider: str, base_url: str | None, *, no_test: bool, as_json: bool) -> None:
    """Store a key, once the provider has accepted it; calls that begin a second later use it.

    The key is asked for and not shown, or read from standard input. It cannot be given as an argument, which others on
    this machine could see.
    """
    from interfaces.cli.client import provider_keys
    from interfaces.cli.client.connection import connect

    wish = provider_keys.Wish(_asked(provider), base_url, not no_test)
    with connect() as api:
        stored = api.put(f"/api/secrets/{provider}", wish, provider_keys.Key)
    provider_keys.tell(stored, tested=wish.test, as_json=as_json)


@providers.command()
@PROVIDER
@AS_JSON
def test(provider: str, *, as_json: bool) -> None:
    """Ask a provider whether it takes the stored key; that costs nothing."""
    import msgspec

    from interfaces.cli.client import provider_keys
    from interfaces.cli.client.connection import connect
    from interfaces.cli.failure import Failure

    with connect() as api:
        tried = api.post(f"/api/secrets/{provider}/test", {}, provider_keys.Tried)
    if as_json:
        click.echo(msgspec.json.encode(tried))
    elif tried.works:
        click.echo(f"the key for {provider} works")
    if not tried.works:
        raise Failure(tried.why_not or f"the key for {provider} does not work")


@providers.command()
@PROVIDER
@AS_JSON
def remove(provider: str, *, as_json: bool) -> None:
    """Use a key no more; from then on the workspace has that of the settings, if there is one."""
    import msgspec

    from interfaces.cli.client.connection import connect
    from interfaces.cli.client.wire import Accepted

    with connect() as api:
        done = api.delete(f"/api/secrets/{provider}", Accepted)
    said = f"the key for {provider} is removed; revoke it at the provider too"
    click.echo(msgspec.json.encode(done) if as_json else said)


def _asked(provider: str) -> str:
    """The key, without the end of its line. Raises BadInput."""
    from interfaces.cli.failure import BadInput

    if sys.stdin.isatty():
        key = str(click.prompt(f"Key for {provider}", hide_input=True, err=True))
    else:
        try:
            key = sys.stdin.buffer.read(65_536).decode()
        except UnicodeDecodeError:
            raise BadInput("the key is no text in UTF-8") from None
    key = key.strip("\r\n")
    if not key:
        raise BadInput("the key is empty", "type it in one line, or give it on standard input")
    return key
