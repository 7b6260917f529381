"""The parts that accounts and sign-ins are made of, put together."""

from datetime import timedelta

from application.identity.accounts import Accounts
from application.identity.letters import Letters
from application.identity.names import Names
from application.identity.resets import Resets
from application.identity.sign_in import Lifetimes, SignIn
from domain.kernel import Record
from infrastructure.identity.passwords import Passwords
from infrastructure.identity.sign_in_names import PostgresSignInNames
from infrastructure.identity.tokens import now
from infrastructure.identity.uses import PostgresUses
from infrastructure.mail import smtp_mail
from infrastructure.redis.sign_in_limits import SignInLimits
from infrastructure.settings import Settings
from interfaces.composition import Core
from interfaces.processes import network


class Identity(Record):
    """What routes need to sign people in and to change their accounts."""

    accounts: Accounts
    sign_in: SignIn
    letters: Letters
    resets: Resets
    limits: SignInLimits


async def identity(parts: Core) -> Identity:
    """Raises Invalid where the settings for mail are wrong."""
    settings, names, passwords = parts.settings, names_of(parts), Passwords()
    accounts = Accounts(parts.executor, parts.vault, names, passwords, now)
    uses = PostgresUses(parts.database, parts.vault)
    sign_in = SignIn(parts.executor, parts.vault, names, passwords, uses, now, lifetimes=lifetimes(settings))
    letters = Letters(smtp_mail(settings.smtp_url, settings.mail_from), public_url(settings))
    resets = Resets(accounts, names, letters, parts.audit, now)
    limits = SignInLimits(parts.redis, await parts.vault.index("limits", "sign_in"))
    return Identity(accounts, sign_in, letters, resets, limits)


def accounts(parts: Core) -> Accounts:
    """Accounts alone, for who makes one without anybody being signed in."""
    return Accounts(parts.executor, parts.vault, names_of(parts), Passwords(), now)


def names_of(parts: Core) -> Names:
    return Names(parts.executor.states, parts.vault, PostgresSignInNames(parts.database, parts.vault))


def public_url(settings: Settings) -> str:
    """Where browsers find Z2; never what a request says, which anybody can write."""
    return settings.public_url or network.address(settings.host, settings.port)


def lifetimes(settings: Settings) -> Lifetimes:
    return Lifetimes(
        timedelta(hours=settings.session_hours),
        timedelta(minutes=settings.session_idle_minutes),
        timedelta(days=settings.client_days),
    )
