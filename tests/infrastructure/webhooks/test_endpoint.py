"""What is sent goes to the open internet only, waits ten seconds at the most, and reads next to nothing."""

import pytest

from infrastructure.addresses import is_private_by_itself, is_public
from infrastructure.webhooks.endpoint import Endpoint
from tests.support.receiver import receiving

PRIVATE = [
    *("127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1"),
    *("::1", "::", "fe80::1", "fd00::1", "fe80::1%eth0", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
    *("2002:7f00:1::", "2002:a00:1::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
    *("::127.0.0.1", "fec0::1", "5f00::1", "4000::1", "64:ff9b:1::7f00:1", "2001:0:7f00:1::"),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_in_any_dress(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_a_public_address(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "private"),
    [
        ("http://localhost/", True),
        ("http://127.0.0.1:80/", True),
        ("https://[::1]/", True),
        ("https://192.168.0.4/", True),
        ("https://example.com/", False),
        ("https://8.8.8.8/", False),
    ],
)
def test_a_host_that_is_private_as_it_is_written(url: str, private: bool) -> None:
    assert is_private_by_itself(url) is private


async def test_a_silent_receiver_is_left_after_a_while() -> None:
    async with receiving() as receiver:
        receiver.answers = [0]
        endpoint = Endpoint(receiver.url, allow_private=True, seconds=0.05)
        answer = await endpoint.send({}, b"x")
        await endpoint.aclose()
    assert (answer.status, answer.error) == (None, "there was no answer within 0.05 s")


async def test_a_long_answer_counts_by_its_status_and_is_not_read_on() -> None:
    async with receiving() as receiver:
        receiver.body = b"x" * 50_000_000
        endpoint = Endpoint(receiver.url, allow_private=True)
        assert (await endpoint.send({}, b"x")).status == 200
        await endpoint.aclose()


async def test_a_receiver_that_is_not_there_is_said_to_be_so() -> None:
    async with receiving() as receiver:
        url = receiver.url
    endpoint = Endpoint(url, allow_private=True)
    answer = await endpoint.send({}, b"x")
    await endpoint.aclose()
    assert answer.status is None
    assert answer.error.startswith("it cannot be reached")
