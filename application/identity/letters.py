"""Letters: what people are told by mail, and the addresses of the pages that one-time links open."""

from application.errors import Unavailable
from application.ports import Mail

PAGES = {
    "set_up": "/set-up",
    "reset": "/reset-password",
    "email": "/verify-email",
    "invitation": "/invitation",
}


class Letters:
    """Links carry their secret behind the `#`, which browsers send to nobody, so that it reaches no log."""

    def __init__(self, mail: Mail | None, public_url: str) -> None:
        self._mail = mail
        self._public_url = public_url

    @property
    def go_out(self) -> bool:
        """Whether there is a server to send them through."""
        return self._mail is not None

    def link(self, page: str, secret: str) -> str:
        """The address that opens one of PAGES with a link."""
        return f"{self._public_url}{PAGES[page]}#{secret}"

    async def new_password(self, to: str, secret: str) -> None:
        """Raises Unavailable."""
        await self._send(
            to,
            "A new password for Z2",
            "Somebody, hopefully you, asked for a new password for your account. Choose one here within an hour:\n\n"
            f"{self.link('reset', secret)}\n\n"
            "If it was not you, do nothing: your password stays as it is.\n",
        )

    async def verify_email(self, to: str, secret: str) -> None:
        """Raises Unavailable."""
        await self._send(
            to,
            "Is this your e-mail address?",
            "Somebody, hopefully you, gave this address for an account of Z2. If it was you, say so here within a day:"
            f"\n\n{self.link('email', secret)}\n\n"
            "If it was not you, do nothing.\n",
        )

    async def invited(self, to: str, workspace: str, secret: str) -> None:
        """Raises Unavailable."""
        await self._send(
            to,
            "You are invited to Z2",
            f"Somebody invites you to the workspace {workspace!r} of Z2. Join it here, with your account or a new one:"
            f"\n\n{self.link('invitation', secret)}\n\n"
            "The link is good for one person. If you expect no such thing, do nothing.\n",
        )

    async def changed(self, to: str, what: str) -> None:
        """Tell somebody that their `password` or `e-mail address` was changed. Raises Unavailable."""
        await self._send(
            to,
            f"Your {what} for Z2 was changed",
            f"The {what} of your account of Z2 was changed just now. If it was not you, ask for a new password at once,"
            f" and tell an admin:\n\n{self._public_url}/login\n",
        )

    async def _send(self, to: str, subject: str, text: str) -> None:
        if self._mail is None:
            raise Unavailable("no mail can be sent: Z2_SMTP_URL is not set")
        await self._mail.send(to, subject, text)
