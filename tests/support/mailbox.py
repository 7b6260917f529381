"""An SMTP server that keeps what it is given."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage


class Mailbox:
    """`refuses` is the answer to the next recipient, if one is set."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.refuses = ""
        self.url = ""

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, in the words of RFC 5321."""
        writer.write(b"220 mailbox\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                writer.write(b"354 go on\r\n")
                self._keep(await reader.readuntil(b"\r\n.\r\n"))
            elif verb == b"RCPT":
                self.recipients.append(line.decode().strip())
            elif verb == b"QUIT":
                break
            writer.write(f"{self.refuses or '250 well'}\r\n".encode() if verb == b"RCPT" else b"250 well\r\n")
        writer.close()

    def _keep(self, content: bytes) -> None:
        letter = message_from_bytes(content.removesuffix(b".\r\n"), policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)


@asynccontextmanager
async def mailbox() -> AsyncIterator[Mailbox]:
    box = Mailbox()
    server = await asyncio.start_server(box.talk, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()[:2]
        box.url = f"smtp://{host}:{port}"
        yield box


def link_in(letter: EmailMessage) -> str:
    """The secret of the one link that the letter holds."""
    (link,) = [word.partition("#")[2] for word in letter.get_content().split() if "#z2l_" in word]
    return str(link)
