"""Which account somebody enters from a provider, and in which role: nobody gets another's, or more than is set."""

from typing import Any
from uuid import uuid4

import pytest

from application.identity.linking import (
    Decision,
    Enter,
    ExternalIdentity,
    Held,
    Link,
    Owner,
    Policy,
    Refusal,
    Refuse,
    Register,
    RoleRule,
    decide,
    mapped_role,
    role_at_sign_in,
)

ANNA, BOB = uuid4(), uuid4()
CLOSED = Policy()
TRUSTED = Policy(link_domains=("example.com",))
OPEN = Policy(register=True, join_domains=("example.com",))
EVERYBODY = Policy(register=True, join_domains=("*",))


def person(email: str | None = "anna@example.com", *, verified: bool = True) -> ExternalIdentity:
    return ExternalIdentity(
        provider="company", issuer="https://a.example", subject="1", email=email, email_verified=verified
    )


def owned(*, verified: bool) -> Owner:
    return Owner(ANNA, verified)


def test_who_is_linked_enters_whatever_else_the_provider_says() -> None:
    for policy in (CLOSED, TRUSTED, OPEN):
        for identity in (person(), person(None), person("bob@example.com", verified=False)):
            assert decide(identity, policy, linked_to=ANNA, owner=Owner(BOB, True)) == Enter(ANNA)


@pytest.mark.parametrize(
    ("policy", "identity", "owner", "entered"),
    [
        (TRUSTED, person(), owned(verified=True), True),
        (TRUSTED, person("Anna@EXAMPLE.com"), owned(verified=True), True),
        (Policy(link_domains=("other.org", "example.com")), person(), owned(verified=True), True),
        # somebody at the provider wrote down an address that is not theirs
        (TRUSTED, person(verified=False), owned(verified=True), False),
        # somebody registered here in advance under an address that is not theirs, and lies in wait
        (TRUSTED, person(), owned(verified=False), False),
        (TRUSTED, person(verified=False), owned(verified=False), False),
        # the provider is not the one of this domain
        (CLOSED, person(), owned(verified=True), False),
        (OPEN, person(), owned(verified=True), False),
        (EVERYBODY, person(), owned(verified=True), False),
        (TRUSTED, person("anna@example.org"), owned(verified=True), False),
        (TRUSTED, person("anna@sub.example.com"), owned(verified=True), False),
        (TRUSTED, person("anna@notexample.com"), owned(verified=True), False),
        (TRUSTED, person("anna@example.com.evil.org"), owned(verified=True), False),
        (TRUSTED, person("anna@evil.org@example.com"), owned(verified=True), False),
        (TRUSTED, person("@example.com"), owned(verified=True), False),
        (TRUSTED, person("example.com"), owned(verified=True), False),
        (Policy(link_domains=("kelvin.com",)), person("anna@\u212aelvin.com"), owned(verified=True), False),
        (TRUSTED, person("anna@ex\u0430mple.com"), owned(verified=True), False),
        (TRUSTED, person(None), owned(verified=True), False),
    ],
)
def test_an_address_alone_opens_an_account_only_where_both_sides_have_proved_it(
    policy: Policy, identity: ExternalIdentity, owner: Owner, *, entered: bool
) -> None:
    expected: Decision = Link(ANNA) if entered else Refuse("link_in_settings")
    assert decide(identity, policy, linked_to=None, owner=owner) == expected


def test_who_is_signed_in_links_by_their_own_wish() -> None:
    for identity in (person(), person(None), person(verified=False)):
        assert decide(identity, CLOSED, linked_to=None, owner=Owner(BOB, True), linking=ANNA) == Link(ANNA)
    assert decide(person(), CLOSED, linked_to=ANNA, owner=None, linking=ANNA) == Enter(ANNA)


def test_an_identity_is_never_taken_from_another_account() -> None:
    assert decide(person(), TRUSTED, linked_to=BOB, owner=None, linking=ANNA) == Refuse("linked_to_another_account")


@pytest.mark.parametrize(
    ("policy", "identity", "refusal"),
    [
        (OPEN, person(), None),
        (OPEN, person("anna@Example.COM"), None),
        (EVERYBODY, person("anna@anywhere.org"), None),
        (CLOSED, person(), "unknown_person"),
        (TRUSTED, person(), "unknown_person"),
        (Policy(join_domains=("example.com",)), person(), "unknown_person"),
        (OPEN, person(verified=False), "email_not_verified"),
        (EVERYBODY, person(verified=False), "email_not_verified"),
        (EVERYBODY, person(None), "email_not_verified"),
        (OPEN, person("anna@example.org"), "domain_may_not_join"),
        (OPEN, person("anna@a.example.com"), "domain_may_not_join"),
    ],
)
def test_unknown_people_register_only_where_the_settings_let_them(
    policy: Policy, identity: ExternalIdentity, refusal: Refusal | None
) -> None:
    expected: Decision = Refuse(refusal) if refusal else Register()
    assert decide(identity, policy, linked_to=None, owner=None) == expected


def test_an_identity_is_known_by_issuer_and_subject_alone() -> None:
    def known(issuer: str, subject: str, email: str = "a@b.de") -> str:
        return ExternalIdentity(provider="x", issuer=issuer, subject=subject, email=email).known_as

    assert known("https://a", "1") == known("https://a", "1", "other@b.de")
    different = {("https://a", "1"), ("https://b", "1"), ("https://a", "2"), ("https://a", "A"), ("https://a", "a")}
    assert len({known(*each) for each in different}) == len(different)
    assert "anna" not in repr(person()) + str(person())


ROLES = Policy(
    roles=(
        RoleRule("groups", "z2-admins", "admin"),
        RoleRule(("realm_access", "roles"), "auditor", "auditor"),
        RoleRule("groups", "staff", "user"),
    ),
    default_role="",
)


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({}, None),
        ({"groups": ["z2-admins"]}, "admin"),
        ({"groups": "z2-admins"}, "admin"),
        ({"groups": ["staff", "z2-admins"]}, "admin"),
        ({"groups": ["staff"]}, "user"),
        ({"groups": ["staff"], "realm_access": {"roles": ["auditor"]}}, "auditor"),
        ({"realm_access": {"roles": "auditor"}}, "auditor"),
        ({"groups": ["Z2-Admins"]}, None),
        ({"groups": ["z2-admins-not"]}, None),
        ({"groups": "not z2-admins"}, None),
        ({"groups": {"z2-admins": True}}, None),
        ({"groups": [["z2-admins"]]}, None),
        ({"groups": True}, None),
        ({"groups": None}, None),
        ({"groups": 5}, None),
        ({"realm_access": ["roles", "auditor"]}, None),
        ({"realm_access.roles": ["auditor"]}, None),
        ({"admin": True, "role": "admin", "roles": ["admin"]}, None),
    ],
)
def test_claims_give_the_first_role_that_the_settings_name_and_no_other(
    claims: dict[str, Any], role: str | None
) -> None:
    assert mapped_role(ROLES, claims) == role


ADMINS = {"groups": ["z2-admins"]}


@pytest.mark.parametrize(
    ("default", "claims", "held", "after"),
    [
        ("user", {}, None, "user"),
        ("", {}, None, None),
        ("user", ADMINS, None, "admin"),
        ("user", ADMINS, Held("user", by_hand=False), "admin"),
        ("user", {}, Held("admin", by_hand=False), "user"),
        ("", {}, Held("admin", by_hand=False), None),
        ("user", {}, Held("admin", by_hand=True), "admin"),
        ("", {}, Held("user", by_hand=True), "user"),
        ("user", ADMINS, Held("user", by_hand=True), "user"),
    ],
)
def test_a_role_goes_with_its_claim_unless_somebody_gave_it_by_hand(
    default: str, claims: dict[str, Any], held: Held | None, after: str | None
) -> None:
    policy = Policy(roles=ROLES.roles, default_role=default)
    assert role_at_sign_in(policy, claims, held) == after
