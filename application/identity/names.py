"""Names that people sign in under, and the addresses that are proved to be theirs: each is one user's."""

import unicodedata
from datetime import timedelta
from typing import Literal, TypeAlias
from uuid import UUID

from application.ports import SignInNames, Vault
from application.states import States
from domain.kernel import Rejected
from domain.user import User

Kind: TypeAlias = Literal["name", "email"]

SETTLED = timedelta(minutes=1)
"""So long after its claim at the latest a name stands in the log; else whoever claimed it did not come that far."""

TAKEN = {"name": "this name is taken; choose another one", "email": "this address belongs to another account"}


class Names:
    """A claim comes before the event that tells of it. One that no event has followed does not hold for ever."""

    def __init__(self, states: States, vault: Vault, kept: SignInNames) -> None:
        self._states = states
        self._vault = vault
        self._kept = kept

    async def find(self, text: str) -> UUID | None:
        """Whom the name or the proved address signs in; as much work whether it is known or not."""
        by_name, by_email = await self._kept.find("name", text), await self._kept.find("email", text)
        return by_name or by_email

    async def holder(self, kind: Kind, text: str) -> UUID | None:
        return await self._kept.find(kind, text)

    async def claim(self, kind: Kind, text: str, user_id: UUID) -> None:
        """Make it this user's. Raises Rejected where it is another's."""
        if await self._kept.claim(kind, text, user_id):
            return
        holder = await self._kept.find(kind, text)
        if holder is not None and not await self._is_called(holder, kind, text):
            # the name of somebody who was made half, or who is called otherwise by now
            await self._kept.take_over(kind, text, user_id, holder=holder, older_than=SETTLED)
        if not await self._kept.claim(kind, text, user_id):
            raise Rejected(TAKEN[kind], code=f"{kind}_taken", field=kind)

    async def release(self, kind: Kind, text: str, user_id: UUID) -> None:
        await self._kept.release(kind, text, user_id)

    async def of(self, user: User) -> tuple[str | None, str | None]:
        """The user's name and e-mail address, as far as there are any that are not erased."""
        name = await self._vault.open("name", user.name) if user.name else [None]
        email = await self._vault.open("email", user.email) if user.email else [None]
        return name[0], email[0]

    async def _is_called(self, user_id: UUID, kind: Kind, text: str) -> bool:
        user = (await self._states.refresh(user_id)).state
        if not isinstance(user, User):
            return False
        name, email = await self.of(user)
        called = name if kind == "name" else email if user.email_verified else None
        return called is not None and alike(called, text)


def alike(one: str, other: str) -> bool:
    """Whether they find the same user."""
    return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text.strip()).lower())
