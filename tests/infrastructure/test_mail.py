"""Mail goes through the server of the settings, and what cannot be sent is told without its address."""

from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from application.errors import Invalid, Unavailable
from infrastructure.mail import SmtpMail, smtp_mail
from tests.support.mailbox import Mailbox, mailbox

SENDER = "Z2 <z2@example.com>"


@pytest.fixture
async def box() -> AsyncIterator[Mailbox]:
    async with mailbox() as made:
        yield made


def mail_to(box: Mailbox) -> SmtpMail:
    mail = smtp_mail(box.url, SENDER)
    assert mail is not None
    return mail


async def test_a_message_arrives_as_it_was_written(box: Mailbox) -> None:
    await mail_to(box).send("ada@example.org", "Größe", "Ein Wort:\n\nhttps://z2.example/set-up#z2l_x\n")
    (letter,) = box.letters
    assert (letter["To"], letter["From"], letter["Subject"]) == ("ada@example.org", SENDER, "Größe")
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Message-ID"].endswith("@example.com>")
    assert letter.get_content().splitlines() == ["Ein Wort:", "", "https://z2.example/set-up#z2l_x"]
    assert box.recipients == ["rcpt TO:<ada@example.org>"]


@pytest.mark.parametrize("to", ["ada@example.org\r\nBcc: eve@example.org", "ada", "@", "ada@", "", "a b@example.org"])
async def test_no_address_smuggles_in_another(box: Mailbox, to: str) -> None:
    with pytest.raises(Invalid):
        await mail_to(box).send(to, "Hello", "Text")
    assert (box.letters, box.recipients) == ([], [])


async def test_what_cannot_be_sent_is_told_without_the_address(box: Mailbox) -> None:
    box.refuses = "550 no such person as ada@example.org"
    with capture_logs() as logs, pytest.raises(Unavailable) as refused:
        await mail_to(box).send("ada@example.org", "Hello", "Text")
    assert "ada" not in f"{refused.value} {logs}"
    assert logs[0]["event"] == "mail.not_sent"


async def test_a_server_that_is_away_is_unavailable() -> None:
    mail = smtp_mail("smtp://127.0.0.1:1", SENDER)
    assert mail is not None
    with pytest.raises(Unavailable):
        await mail.send("ada@example.org", "Hello", "Text")


async def test_without_a_server_there_is_no_mail() -> None:
    assert smtp_mail("", "") is None


@pytest.mark.parametrize(
    ("url", "sender", "field"),
    [
        ("smtp://127.0.0.1", "", "Z2_MAIL_FROM"),
        ("smtp://127.0.0.1", "nobody", "Z2_MAIL_FROM"),
        ("http://127.0.0.1", SENDER, "Z2_SMTP_URL"),
        ("smtp://", SENDER, "Z2_SMTP_URL"),
        ("smtp://ada:secret@host:port", SENDER, "Z2_SMTP_URL"),
    ],
)
async def test_wrong_settings_are_named_without_their_values(url: str, sender: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        smtp_mail(url, sender)
    assert refused.value.field == field
    assert "secret" not in str(refused.value)
