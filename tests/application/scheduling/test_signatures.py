"""A message is believed when one of the secrets has signed it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.scheduling.signatures import NOBODYS, BadSignature, message_id
from tests.support import sender

SECRET, OTHER = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
BODY = b'{"test": 2432232314}'


def refused(headers: Mapping[str, str], body: bytes = BODY, *secrets: str) -> BadSignature:
    with pytest.raises(BadSignature) as bad:
        message_id(headers, body, secrets or [SECRET], NOW)
    return bad.value


def test_the_example_of_the_standards_own_libraries() -> None:
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    at = datetime.fromtimestamp(1614265330, UTC)
    assert message_id(headers, BODY, [SECRET], at) == "msg_p5jXN8AQM9LWM0D4loKWxJek"


def test_the_example_of_githubs_documentation() -> None:
    headers = {
        "x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
        "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
    }
    found = message_id(headers, b"Hello, World!", ["It's a Secret to Everybody"], NOW)
    assert found == "72d3162e-cc78-11e3-81ab-4c9367dc0958"


def test_any_of_several_signatures_and_secrets_will_do() -> None:
    first, second = sender.standard(SECRET, BODY, NOW, "m"), sender.standard(OTHER, BODY, NOW, "m")
    both = {**first, "webhook-signature": f"v1a,xx {second['webhook-signature']} {first['webhook-signature']}"}
    for secrets in ([SECRET], [OTHER], [OTHER, SECRET]):
        assert message_id(both, BODY, secrets, NOW) == "m"
    assert message_id(sender.github(OTHER, BODY, "d"), BODY, [SECRET, OTHER], NOW) == "d"


@pytest.mark.parametrize("apart", [timedelta(minutes=5), timedelta(minutes=-5)])
def test_clocks_may_be_five_minutes_apart_and_no_more(apart: timedelta) -> None:
    assert message_id(sender.standard(SECRET, BODY, NOW + apart, "m"), BODY, [SECRET], NOW) == "m"
    beyond = refused(sender.standard(SECRET, BODY, NOW + apart * 1.01))
    assert (beyond.reason, "five minutes" in str(beyond)) == ("timestamp", True)


def test_everything_that_is_signed_counts() -> None:
    good = sender.standard(SECRET, BODY, NOW)
    for change in (
        {"webhook-id": "other"},
        {"webhook-timestamp": str(int(NOW.timestamp()) + 1)},
        {"webhook-signature": good["webhook-signature"][:-4] + "AAA="},
        {"webhook-signature": good["webhook-signature"].replace("v1,", "v2,")},
        {"webhook-signature": good["webhook-signature"].removeprefix("v1,")},
        {"webhook-signature": ""},
    ):
        assert refused({**good, **change}).reason == "signature"
    refused(good, BODY + b" ")
    refused(good, BODY, OTHER)
    refused(sender.github(SECRET, BODY), BODY + b" ")
    refused({**sender.github(SECRET, BODY), "x-hub-signature-256": "sha1=00"})
    assert refused({}).reason == "missing"


def test_a_stranger_is_told_the_same_whatever_is_wrong() -> None:
    late = sender.standard(OTHER, BODY, NOW - timedelta(days=1))
    told = {
        str(refused(headers)) for headers in ({}, late, sender.standard(OTHER, BODY, NOW), sender.github("x", BODY))
    }
    assert len(told) == 1


def test_where_there_is_no_secret_nothing_is_believed() -> None:
    for key in ("", "whsec_", SECRET):
        with pytest.raises(BadSignature):
            message_id(sender.standard(key, BODY, NOW), BODY, [], NOW)
        with pytest.raises(BadSignature):
            message_id(sender.github(key, BODY), BODY, [], NOW)
    assert len(NOBODYS) > 40


@pytest.mark.parametrize("name", ["", "a b", "x" * 201, "é"])
def test_a_signed_message_without_a_proper_name_is_refused(name: str) -> None:
    body, headers = BODY, sender.github(SECRET, BODY)
    assert "X-GitHub-Delivery" in str(refused({**headers, "x-github-delivery": name}, body))


@given(st.text(max_size=60), st.text(max_size=30), st.text(max_size=80), st.binary(max_size=20))
def test_no_garbage_is_more_than_refused(name: str, seconds: str, signature: str, body: bytes) -> None:
    refused({"webhook-id": name, "webhook-timestamp": seconds, "webhook-signature": signature}, body)
    refused({"x-hub-signature-256": signature, "x-github-delivery": name}, body)
