"""The providers of single sign-on come from one setting, and what is wrong with it is said in one line."""

import json
import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from redis.asyncio import Redis

from application.errors import Invalid
from infrastructure.identity.oidc import SingleSignOn
from infrastructure.identity.oidc_errors import Reason
from infrastructure.identity.oidc_parts import single_sign_on
from infrastructure.identity.oidc_settings import Provider, is_safe, providers
from infrastructure.identity.tokens import now

GOOD: dict[str, Any] = {
    "name": "company",
    "title": "Company",
    "issuer": "https://login.example.com/realms/one",
    "client_id": "z2",
    "client_secret": "very secret",
}


def setting(**changed: object) -> str:
    return json.dumps([{name: value for name, value in {**GOOD, **changed}.items() if value is not None}])


@pytest.mark.parametrize("empty", ["", "  ", "[]", '{"providers": []}'])
def test_without_any_provider_there_is_no_single_sign_on(empty: str) -> None:
    assert providers(empty) == ()


def test_a_provider_needs_little() -> None:
    (provider,) = providers(setting())
    assert (provider.name, provider.scopes, provider.register) == ("company", ("openid", "email", "profile"), False)
    assert (provider.default_role, provider.link_domains, provider.join_domains) == ("user", (), ())
    assert "secret" not in repr(provider) + str((provider,))


def test_a_file_may_be_toml_or_json_and_the_secret_in_a_file_of_its_own(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from a file\n")
    toml = tmp_path / "providers.toml"
    toml.write_text(f"""
        [[providers]]
        name = "company"
        title = "Company"
        issuer = "https://login.example.com"
        client_id = "z2"
        client_secret_file = "{secret}"
        register = true
        join_domains = ["example.com"]
        roles = [
            {{ claim = "groups", value = "z2-admins", role = "admin" }},
            {{ claim = ["realm_access", "roles"], value = "z2", role = "user" }},
        ]
    """)
    (provider,) = providers(str(toml))
    assert (provider.client_secret, provider.register) == ("from a file", True)
    assert [rule.path for rule in provider.roles] == [("groups",), ("realm_access", "roles")]
    as_json = tmp_path / "providers.json"
    as_json.write_text(setting())
    assert isinstance(providers(f" {as_json} ")[0], Provider)


WRONG: list[tuple[str, str]] = [
    ("nowhere.toml", "its file cannot be read"),
    ("[", "it is neither JSON nor"),
    ("[" * 100_000, "it is neither JSON nor"),
    ('{"provider": []}', "it must be a list"),
    ("[1]", "at [0]: Expected `object`"),
    (setting(name=None), "missing required field `name`"),
    (setting(name="Company"), "at [0].name:"),
    (setting(title=""), "at [0].title:"),
    (setting(issuer="http://login.example.com"), "at [0].issuer: it must be an https address"),
    (setting(issuer="https://login.example.com?x"), "at [0].issuer: it must be an https address"),
    (setting(issuer="https://user:very secret@login.example.com"), "at [0].issuer: it must be an https address"),
    (setting(client_id=""), "at [0].client_id:"),
    (setting(client_secret=5), "at [0].client_secret:"),
    (setting(client_secret_file="x"), "at [0].client_secret_file: there is a client_secret as well"),
    (setting(client_secret=None, client_secret_file="none"), "at [0].client_secret_file: the file cannot be read"),
    (setting(scopes=["email"]), "at [0].scopes: the scope openid"),
    (setting(scopes=["openid email"]), "at [0].scopes[0]:"),
    (setting(register="yes"), "at [0].register:"),
    (setting(register=True), "at [0].join_domains: name the domains"),
    (setting(register=True, join_domains=["Example.com"]), "at [0].join_domains: each must be a domain"),
    (setting(join_domains=["@example.com"]), "at [0].join_domains: each must be a domain"),
    (setting(link_domains=["*"]), "at [0].link_domains: each must be a domain"),
    (setting(roles=[{"claim": "groups", "value": "a"}]), "at [0].roles[0]: Object missing required field `role`"),
    (setting(roles=[{"claim": [], "value": "a", "role": "admin"}]), "at [0].roles[0].claim:"),
    (setting(default_role="Boss"), "at [0].default_role:"),
    (setting(default_role="user\n"), "at [0].default_role:"),
    (setting(workspace="mine"), "at [0].workspace:"),
    (setting(secret="very secret"), "unknown field `secret`"),
    (json.dumps([GOOD, GOOD]), "at [1].name: two providers have this name"),
]


@pytest.mark.parametrize(("given", "problem"), WRONG)
def test_what_is_wrong_is_named_in_one_line_without_its_value(given: str, problem: str) -> None:
    with pytest.raises(Invalid) as refused:
        providers(given)
    told = str(refused.value)
    assert refused.value.field == "Z2_OIDC_PROVIDERS"
    assert told.startswith("the setting Z2_OIDC_PROVIDERS is not valid")
    assert problem in told
    assert "very secret" not in told
    assert "\n" not in told


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://login.example.com", True),
        ("https://login.example.com:8443/a?b=c", True),
        ("http://localhost:8080/realms/x", True),
        ("http://127.0.0.1", True),
        ("http://127.8.9.1:1", True),
        ("http://[::1]:8080", True),
        ("http://login.example.com", False),
        ("http://localhost.example.com", False),
        ("http://127.0.0.1.example.com", False),
        ("http://localhost@evil.example", False),
        ("https://a@login.example.com", False),
        ("https://login.example.com#x", False),
        ("https://login.example.com:0", False),
        ("https://login.example.com:99999", False),
        ("https://", False),
        ("https:///path", False),
        ("https://login.example.com\\@evil.example", False),
        ("https://login.example.com/\n", False),
        ("https://löwe.example", False),
        ("ftp://login.example.com", False),
        ("javascript:alert(1)", False),
        ("login.example.com", False),
        ("https://[::1", False),
        ("", False),
    ],
)
def test_addresses_are_encrypted_or_on_this_machine(url: str, *, safe: bool) -> None:
    assert is_safe(url) == safe


PAGE = (Path(__file__).parents[3] / "docs" / "single-sign-on.md").read_text(encoding="utf-8")


def test_the_examples_of_the_documentation_are_good_settings(tmp_path: Path) -> None:
    examples = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "secret").write_text("a secret")
    file = tmp_path / "providers.toml"
    file.write_text(re.sub(r'"/run/secrets/\w+"', f'"{tmp_path / "secret"}"', "\n".join(examples)))
    assert [each.name for each in providers(str(file))] == ["google", "entra", "keycloak", "okta"]


def test_every_field_and_every_reason_is_documented() -> None:
    fields = {field.name for field in msgspec.structs.fields(Provider)}
    assert {field for field in fields if f"`{field}`" not in PAGE} == set()
    assert {reason for reason in get_args(Reason) if f"`{reason}`" not in PAGE} == {"unknown_provider"}


@pytest.mark.parametrize("public_url", ["", "http://z2.example.com", "z2.example.com"])
def test_single_sign_on_needs_to_know_where_browsers_come_back_to(public_url: str) -> None:
    def made(providers: str) -> SingleSignOn:
        redis = Redis.from_url("redis://127.0.0.1:1")
        return single_sign_on(providers, public_url=public_url, secret=b"shared", redis=redis, clock=now)

    assert made("").providers == ()
    with pytest.raises(Invalid) as refused:
        made(setting())
    assert refused.value.field == "Z2_PUBLIC_URL"


def test_the_redirect_address_is_that_of_the_browsers_and_of_the_provider() -> None:
    redis = Redis.from_url("redis://127.0.0.1:1")
    made = single_sign_on(setting(), public_url="https://z2.example.com/", secret=b"shared", redis=redis, clock=now)
    assert made.redirect_uri("company") == "https://z2.example.com/api/session/oidc/company/callback"
