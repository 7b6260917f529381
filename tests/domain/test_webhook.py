"""Stories about webhooks."""

import pytest

from domain import webhook
from tests.support.given import given

URL = "https://example.com/hook?of=z2"
SUBSCRIBE = webhook.SubscribeWebhook(URL, ("run.",))
SUBSCRIBED = webhook.Subscribed(URL, ("run.",))


def test_a_webhook_is_subscribed_once() -> None:
    given(webhook.decider).when(SUBSCRIBE).then(SUBSCRIBED)
    given(webhook.decider, SUBSCRIBED).when(SUBSCRIBE).then_nothing()
    given(webhook.decider, SUBSCRIBED).when(webhook.SubscribeWebhook(URL)).then_rejected("the webhook is active")


def test_each_new_secret_has_the_next_number() -> None:
    rotate = webhook.RotateWebhookSecret()
    given(webhook.decider, SUBSCRIBED).when(rotate).then(webhook.SecretRotated(2))
    given(webhook.decider, SUBSCRIBED, webhook.SecretRotated(2), webhook.Paused()).when(rotate).then(
        webhook.SecretRotated(3)
    )


def test_a_webhook_is_paused_and_goes_on() -> None:
    given(webhook.decider, SUBSCRIBED).when(webhook.PauseWebhook()).then(webhook.Paused())
    given(webhook.decider, SUBSCRIBED, webhook.Paused()).when(webhook.PauseWebhook()).then_nothing()
    given(webhook.decider, SUBSCRIBED, webhook.Paused()).when(webhook.ResumeWebhook()).then(webhook.Resumed())
    given(webhook.decider, SUBSCRIBED).when(webhook.ResumeWebhook()).then_nothing()


def test_a_deleted_webhook_is_none() -> None:
    given(webhook.decider, SUBSCRIBED).when(webhook.DeleteWebhook()).then(webhook.Deleted())
    given(webhook.decider, SUBSCRIBED, webhook.Deleted()).when(webhook.DeleteWebhook()).then_nothing()
    for command in (SUBSCRIBE, webhook.PauseWebhook(), webhook.ResumeWebhook(), webhook.RotateWebhookSecret()):
        story = given(webhook.decider, SUBSCRIBED, webhook.Deleted())
        story.when(command).then_rejected("no such webhook", code="not_found")
    given(webhook.decider).when(webhook.PauseWebhook()).then_rejected("no such webhook", code="not_found")


GOOD = [
    "https://example.com",
    "https://example.com:8443/a/b?c=d&e=@f",
    "http://localhost:9000/",
    "http://127.8.9.1/x",
    "http://[::1]:80/x",
    "https://[2606:4700::1111]/x",
]
BAD = [
    ("", "like https://example.com/path"),
    ("example.com", "like https://example.com/path"),
    ("ftp://example.com/", "like https://example.com/path"),
    ("https://ada:secret@example.com/", "without user, password"),
    ("https://example.com/#part", "fragment"),
    ("https://example.com/a b", "blanks"),
    ("https://example.com\\@evil.example/", "like https"),
    ("https://example.com:0/", "like https"),
    ("https://example.com:99999/", "like https"),
    ("https://example.com/\n", "like https"),
    ("https://ex\u00e4mple.com/", "like https"),
    ("http://example.com/", "must begin with https://"),
    ("http://127.0.0.1.example.com/", "must begin with https://"),
    ("http://10.0.0.1/", "must begin with https://"),
    ("http://localhost.example.com/", "must begin with https://"),
]


@pytest.mark.parametrize("url", GOOD)
def test_an_address_that_is_taken(url: str) -> None:
    given(webhook.decider).when(webhook.SubscribeWebhook(url)).then(webhook.Subscribed(url, ()))


@pytest.mark.parametrize(("url", "why"), BAD)
def test_an_address_that_is_refused(url: str, why: str) -> None:
    command = webhook.SubscribeWebhook(url)
    given(webhook.decider).when(command).then_rejected(why, code="invalid_webhook", field="url")
