"""Which proxies are believed is certain from the start, or the API does not start."""

import pytest

from application.errors import Invalid
from infrastructure.settings import load
from interfaces.http.proxies import behind_proxies


@pytest.mark.parametrize("trusted", ["10.0.0.0/8, fd00::/8", "127.0.0.1", "::1,192.0.2.1", ""])
def test_addresses_and_networks_are_taken(trusted: str) -> None:
    assert load({"Z2_TRUSTED_PROXIES": trusted}).trusted_proxies == trusted


@pytest.mark.parametrize("trusted", ["10.0.0.1/8", "300.0.0.1", "a", "10.0.0.0/99", "1:2"])
async def test_what_is_no_address_or_network_is_refused_by_name(trusted: str) -> None:
    async def nothing(scope: object, receive: object, send: object) -> None:
        raise AssertionError

    with pytest.raises(Invalid, match="Z2_TRUSTED_PROXIES") as refusal:
        behind_proxies(nothing, trusted)
    assert refusal.value.field == "Z2_TRUSTED_PROXIES"
