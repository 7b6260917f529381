"""New passwords for people who have forgotten theirs: a link by mail, or else a wish that an admin sees."""

import asyncio
from datetime import timedelta

import structlog

from application.access import Actor
from application.errors import Unavailable, Z2Error
from application.identity.accounts import RESET, Accounts, Person
from application.identity.letters import Letters
from application.identity.names import Names
from application.ports import Audit, Clock
from domain.kernel import Record, Rejected

WAITING = 200
"""So many may wait for their turn; whoever comes then is asked to come back."""

PAUSE = timedelta(minutes=5)
"""Nobody gets a second letter sooner, however often somebody asks for one in their name."""

log = structlog.get_logger()


class Wish(Record):
    """Somebody at this address says that they are called so."""

    name: str
    address: str


class Resets:
    """Wishes are answered after whoever asked has been told the same as everybody: so nobody learns who is known."""

    def __init__(self, accounts: Accounts, names: Names, letters: Letters, audit: Audit, clock: Clock) -> None:
        self._accounts = accounts
        self._names = names
        self._letters = letters
        self._audit = audit
        self._clock = clock
        self._wishes: asyncio.Queue[Wish] = asyncio.Queue(WAITING)

    def ask(self, name: str, address: str) -> None:
        """Raises Unavailable where too many ask at once."""
        try:
            self._wishes.put_nowait(Wish(name, address))
        except asyncio.QueueFull:
            raise Unavailable("too many people ask for a new password just now; try again in a moment") from None

    async def run(self) -> None:
        """Answer wishes, one after the other, for ever."""
        while True:
            wish = await self._wishes.get()
            try:
                await self._answer(wish)
            except (Z2Error, Rejected) as error:
                log.warning("password_reset.failed", error=type(error).__name__)

    async def _answer(self, wish: Wish) -> None:
        user_id = await self._names.find(wish.name)
        if user_id is None:
            await self._audit.note(
                "password_reset_requested", workspace_id=None, user_id=None, address=wish.address, reason="unknown"
            )
            return
        person = await self._accounts.person(user_id)
        sent = await self._sent(person)
        await self._audit.note(
            "password_reset_requested", workspace_id=person.home, user_id=user_id, address=wish.address, reason=sent
        )

    async def _sent(self, person: Person) -> str:
        if person.user.status != "active":
            return "not_active"
        if not self._letters.go_out or person.email is None or not person.user.email_verified:
            return "no_mail"
        latest = person.user.links.get("password")
        if latest is not None and self._clock() < latest.expires_at - RESET + PAUSE:
            return "mailed_before"
        oneself = Actor(person.user_id, person.home, "system")
        link, _ = await self._accounts.issue_link(person, "password", oneself, lasting=RESET)
        await self._letters.new_password(person.email, link.text)
        return "mailed"
