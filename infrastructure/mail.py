"""Mail through somebody's SMTP server (RFC 5321), encrypted unless it stays on this machine."""

import asyncio
import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from urllib.parse import unquote, urlsplit

import structlog

from application.errors import Invalid, Unavailable
from domain.kernel import Record

SECONDS = 15.0
AT_ONCE = 4
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
PORTS = {"smtp": 587, "smtps": 465}

log = structlog.get_logger()


class Server(Record):
    """`smtps` encrypts from the first byte, `smtp` by STARTTLS; only a server on this machine may do without."""

    scheme: str
    host: str
    port: int
    user: str
    password: str

    def __repr__(self) -> str:
        return f"Server({self.host}:{self.port})"


class SmtpMail:
    """Sends each message over a connection of its own, in a thread."""

    def __init__(self, server: Server, sender: str) -> None:
        self._server = server
        self._sender = sender
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def send(self, to: str, subject: str, text: str) -> None:
        message = _message(self._sender, to, subject, text)
        try:
            async with self._turns:
                await asyncio.to_thread(self._deliver, message)
        except (smtplib.SMTPException, OSError) as error:
            # what the server said may repeat the address
            log.warning("mail.not_sent", error=type(error).__name__, server=repr(self._server))
            raise Unavailable("the mail could not be sent; try again later") from None

    def _deliver(self, message: EmailMessage) -> None:
        with self._connected() as smtp:
            if self._server.user:
                smtp.login(self._server.user, self._server.password)
            smtp.send_message(message)

    @contextlib.contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        server = self._server
        context = ssl.create_default_context()
        if server.scheme == "smtps":
            with smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=context) as smtp:
                yield smtp
            return
        with smtplib.SMTP(server.host, server.port, timeout=SECONDS) as smtp:
            smtp.ehlo()
            if server.host not in LOOPBACK or smtp.has_extn("starttls"):
                smtp.starttls(context=context)
            yield smtp


def smtp_mail(url: str, sender: str) -> SmtpMail | None:
    """What the settings name; None where they name none. Raises Invalid."""
    if not url:
        return None
    if not sender or parseaddr(sender)[1].count("@") != 1:
        raise Invalid("Z2_SMTP_URL is set, so Z2_MAIL_FROM must be an address to send from", field="Z2_MAIL_FROM")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Invalid(
            "Z2_SMTP_URL is not an address such as smtp://user:password@host:587", field="Z2_SMTP_URL"
        ) from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise Invalid("Z2_SMTP_URL begins with smtp:// or smtps:// and names a host", field="Z2_SMTP_URL")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return SmtpMail(Server(parts.scheme, parts.hostname, port or PORTS[parts.scheme], user, password), sender)


def _message(sender: str, to: str, subject: str, text: str) -> EmailMessage:
    """Raises Invalid for an address that mail cannot be written to."""
    message = EmailMessage()
    try:
        local, _, domain = to.rpartition("@")
        if not local or not domain or any(letter.isspace() for letter in to):
            raise ValueError
        message["To"] = Address(username=local, domain=domain)
    except (ValueError, IndexError):
        raise Invalid("mail cannot be written to this address", field="email") from None
    message["From"] = sender
    message["Subject"] = subject
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message
