"""`z2 keyring`: the keys that personal data and secrets are encrypted under, and a new one in their place."""

from typing import TYPE_CHECKING

import click

from interfaces.cli import operating
from interfaces.cli.token_keys import tokens

if TYPE_CHECKING:
    from infrastructure.identity.rotation import EncryptionKey

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group()
def keyring() -> None:
    """See which encryption keys are in use, and let another one take over.

    It works on the database of DATABASE_URL, or of the `z2 up` that runs on Z2_DATA_DIR, and needs the encryption keys
    that the processes have. Keys are named by a digest and never printed.
    """


keyring.add_command(tokens)


@keyring.command()
@AS_JSON
def status(*, as_json: bool) -> None:
    """List the encryption keys, the one that encrypts first, and how many keys each of them wraps."""
    from infrastructure.identity import rotation

    _tell(operating.done(rotation.status), as_json=as_json)


@keyring.command()
@AS_JSON
def rotate(*, as_json: bool) -> None:
    """Wrap every key anew, while Z2 is used, under the first of Z2_ENCRYPTION_KEYS.

    Put the new key second in Z2_ENCRYPTION_KEYS and restart every process, put it first and restart them again, and
    run this; what `z2 keyring status` then calls unused can be taken away. Without Z2_ENCRYPTION_KEYS a new key is made
    in the data directory, and processes need no restart.
    """
    from infrastructure.identity import rotation

    wrapped = operating.done(rotation.rotate)
    if not as_json:
        click.echo(f"{wrapped:,} keys were wrapped anew")
    _tell(operating.done(rotation.status), as_json=as_json)


def _tell(keys: "list[EncryptionKey]", *, as_json: bool) -> None:
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode({"items": keys}))
        return
    for key in keys:
        use = f"wraps {key.wraps:,} keys"
        if not key.given:
            use += ", and is missing here"
        elif key.first:
            use += ", and every new one"
        elif not key.wraps:
            use = "unused: it can be taken away"
        click.echo(f"{key.name}  {use}")
