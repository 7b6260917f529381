"""`z2 providers`: a workspace's own keys for the providers of models, added, tried, rotated and removed."""

import sys

import click

from domain.secret import PROVIDERS

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
PROVIDER = click.argument("provider", type=click.Choice(PROVIDERS))
BASE_URL = click.option("--base-url", metavar="URL", help="Where the key goes, such as a compatible service.")
NO_TEST = click.option("--no-test", is_flag=True, help="Store it without asking the provider first.")


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


@providers.command()
@PROVIDER
@BASE_URL
@NO_TEST
@AS_JSON
def add(provider: str, base_url: str | None, *, no_test: bool, as_json: bool) -> None:
    """Store a first key, once the provider has accepted it; calls that begin a second later use it.

    The key is asked for and not shown, or read from standard input. It cannot be given as an argument, which others on
    this machine could see. Where there is one already, it is rotated instead.
    """
    from interfaces.cli.client import provider_keys
    from interfaces.cli.client.connection import connect
    from interfaces.cli.failure import BadInput

    with connect() as api:
        if provider_keys.stored(api, provider):
            raise BadInput(f"there is a key for {provider} already", f"replace it: z2 providers rotate {provider}")
        wish = provider_keys.Wish(_asked(provider), base_url, not no_test)
        added = provider_keys.store(api, provider, wish)
    provider_keys.tell(added, tested=wish.test, as_json=as_json)


@providers.command()
@PROVIDER
@BASE_URL
@NO_TEST
@AS_JSON
def rotate(provider: str, base_url: str | None, *, no_test: bool, as_json: bool) -> None:
    """Replace a key by a new one, once the provider has accepted that; until then the old one is used.

    The new key is asked for and not shown, or read from standard input. It goes where the old one went, unless another
    address is given.
    """
    from interfaces.cli.client import provider_keys
    from interfaces.cli.client.connection import connect
    from interfaces.cli.failure import BadInput

    with connect() as api:
        before = provider_keys.stored(api, provider)
        if before is None:
            raise BadInput(f"there is no key for {provider} to rotate", f"store one: z2 providers add {provider}")
        wish = provider_keys.Wish(_asked(provider), base_url or before.base_url, not no_test)
        after = provider_keys.store(api, provider, wish, before=before)
    provider_keys.tell(after, tested=wish.test, as_json=as_json, before=before)


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
