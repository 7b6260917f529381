"""`z2 keyring tokens`: the keys that sign access tokens, and a new one in their place."""

import click

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group()
def tokens() -> None:
    """See which keys access tokens are signed with, and let another one take over.

    It works on the keys of Z2_TOKEN_KEYS, or on those in the data directory. Keys are named by their thumbprint
    (RFC 7638), as in the header of each token, and never printed.
    """


@tokens.command()
@AS_JSON
def status(*, as_json: bool) -> None:
    """List the keys, the one that signs first."""
    from infrastructure import settings
    from infrastructure.identity.token_keys import token_keys

    configured = settings.load()
    _tell(token_keys(configured.token_keys, configured.data).names, as_json=as_json)


@tokens.command()
@AS_JSON
def rotate(*, as_json: bool) -> None:
    """Sign with a new key from now on, while Z2 is used; tokens of the earlier ones stay good until they end.

    A key is dropped by the first rotation a day after it was replaced: no token lives longer. With Z2_TOKEN_KEYS, put
    the new key behind the others and restart every process, put it first and restart them again, and a day later take
    the earlier ones away.
    """
    from infrastructure import settings
    from infrastructure.identity import token_keys
    from interfaces.cli.failure import BadInput

    configured = settings.load()
    if configured.token_keys:
        raise BadInput("the keys are those of Z2_TOKEN_KEYS", "change them there; `z2 keyring tokens rotate --help`")
    _tell(token_keys.rotate(configured.data), as_json=as_json)


def _tell(names: list[str], *, as_json: bool) -> None:
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode({"items": names}))
        return
    for place, name in enumerate(names):
        click.echo(f"{name}  {'verifies' if place else 'signs and verifies'}")
