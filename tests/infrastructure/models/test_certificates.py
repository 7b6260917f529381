import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from infrastructure import addresses
from infrastructure.models import transport
from infrastructure.models.failures import Guard
from tests.infrastructure.models.sending import KINDS, WHOLE, made
from tests.support.raw_server import running, says


@pytest.fixture(autouse=True)
def trusts_no_longer() -> Iterator[None]:
    yield
    addresses.trust.cache_clear()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_certificate_is_that_of_the_name_that_was_asked_for(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = _certificate(tmp_path / "kept.pem")
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(kept)
    async with running(says(WHOLE), secure=serving) as server:
        by_name = server.url.replace("127.0.0.1", "localhost")
        async with made(kind) as doubting:
            with pytest.raises(transport.ERRORS, match="certificate"):
                await doubting.get(by_name)
        monkeypatch.setenv("SSL_CERT_FILE", str(kept))
        addresses.trust.cache_clear()  # what was read before the variable was set
        for guard in (None, Guard(allow_private=True)):
            async with made(kind, guard=guard) as client:
                for _ in range(2):
                    assert (await client.get(by_name)).text == "whole"
                with pytest.raises(transport.ERRORS, match="certificate") as error:
                    await client.get(server.url)
                assert transport.never_sent(error.value)
        assert len(server.asked) == 4


def _certificate(path: Path) -> Path:
    """Of `localhost`, with its key; it vouches for itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(made.public_bytes(Encoding.PEM) + secret)
    return path
