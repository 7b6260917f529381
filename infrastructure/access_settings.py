"""The settings of identity and access: who may come in, how often, and which keys protect what."""

from typing import Annotated

from msgspec import Meta

from domain.kernel import Record


def setting(env: str, description: str) -> Meta:
    """What is told of a setting, and the environment variable that it comes from."""
    return Meta(description=description, extra={"env": env})


class AccessSettings(Record, kw_only=True):
    """A part of Settings."""

    limit_seconds: Annotated[
        float,
        Meta(ge=1, le=86_400),
        setting("Z2_LIMIT_SECONDS", "the time in which the limits allow so many requests"),
    ] = 60.0
    limit_user: Annotated[
        int,
        Meta(ge=0),
        setting("Z2_LIMIT_USER", "requests of one user, over all keys and sign-ins, in that time; 0 for no limit"),
    ] = 6_000
    limit_key: Annotated[
        int, Meta(ge=0), setting("Z2_LIMIT_KEY", "requests with one API key in that time; 0 for no limit")
    ] = 3_000
    limit_address: Annotated[
        int,
        Meta(ge=0),
        setting(
            "Z2_LIMIT_ADDRESS",
            "requests of nobody who is signed in, from one IPv4 address or IPv6 /64 network, in that time;"
            " 0 for no limit",
        ),
    ] = 3_000
    limit_sign_in: Annotated[
        int,
        Meta(ge=0),
        setting(
            "Z2_LIMIT_SIGN_IN",
            "requests that carry a password or the like, from one address or network, in that time; 0 for no limit",
        ),
    ] = 60
    trusted_proxies: Annotated[
        str,
        Meta(pattern=r"^[0-9a-fA-F.:/, ]*$"),
        setting(
            "Z2_TRUSTED_PROXIES",
            "addresses and networks of the proxies whose X-Forwarded-For and X-Forwarded-Proto are believed,"
            " such as 10.0.0.0/8, fd00::/8; nobody's without it",
        ),
    ] = ""
    cors_origins: Annotated[
        str,
        Meta(pattern=r"^(\*|( *https?://[^\s,/]+ *(,|$))*)$"),
        setting(
            "Z2_CORS_ORIGINS",
            "other sites whose pages may use the API with a bearer token, such as https://a.example, https://b.example;"
            " * for all",
        ),
    ] = ""
    public_url: Annotated[
        str,
        Meta(pattern=r"^(https?://[^\s/?#@]+)?$"),
        setting("Z2_PUBLIC_URL", "address that browsers have for Z2, such as https://z2.example.com"),
    ] = ""
    admin_name: Annotated[
        str, Meta(max_length=80), setting("Z2_ADMIN_NAME", "name of the first admin, who is ready at the first start")
    ] = ""
    admin_password: Annotated[
        str, setting("Z2_ADMIN_PASSWORD", "password of the first admin; without it `z2 up` prints a link to choose one")
    ] = ""
    admin_email: Annotated[str, setting("Z2_ADMIN_EMAIL", "e-mail address of the first admin, taken for verified")] = ""
    session_hours: Annotated[
        float, Meta(gt=0, le=8_760), setting("Z2_SESSION_HOURS", "how long a sign-in lasts in a browser")
    ] = 12.0
    session_idle_minutes: Annotated[
        float,
        Meta(ge=2, le=525_600),
        setting("Z2_SESSION_IDLE_MINUTES", "how long a sign-in in a browser may rest before it is over"),
    ] = 30.0
    client_days: Annotated[
        float, Meta(gt=0, le=3_650), setting("Z2_CLIENT_DAYS", "how long a sign-in lasts on the command line")
    ] = 30.0
    smtp_url: Annotated[
        str,
        setting(
            "Z2_SMTP_URL",
            "server to send mail through, such as smtps://user:password@mail.example.com; without it admins get the"
            " links that others would be sent",
        ),
    ] = ""
    mail_from: Annotated[str, setting("Z2_MAIL_FROM", "address that mail comes from, such as Z2 <z2@example.com>")] = ""
    audit_days: Annotated[
        float,
        Meta(gt=0, le=36_500),
        setting("Z2_AUDIT_DAYS", "how long it is kept who came in and who was refused"),
    ] = 400.0
    oidc_providers: Annotated[
        str,
        setting(
            "Z2_OIDC_PROVIDERS",
            "providers of single sign-on: JSON, or the path of a file in JSON or TOML; see docs/single-sign-on.md",
        ),
    ] = ""
    max_connections: Annotated[
        int, Meta(ge=10), setting("Z2_MAX_CONNECTIONS", "connections that one API process has at the same time")
    ] = 10_000
    token_minutes: Annotated[
        float, Meta(gt=0, le=1440), setting("Z2_TOKEN_MINUTES", "how long an access token is good for")
    ] = 10.0
    token_keys: Annotated[
        str,
        setting(
            "Z2_TOKEN_KEYS",
            "Ed25519 private keys (PEM), one after the other: the first signs access tokens, all of them verify;"
            " one is made in the data directory without it",
        ),
    ] = ""
    token_issuer: Annotated[
        str,
        Meta(max_length=200),
        setting("Z2_TOKEN_ISSUER", "the issuer that access tokens name; Z2_PUBLIC_URL without it, and else `z2`"),
    ] = ""
    token_audience: Annotated[
        str, Meta(max_length=200), setting("Z2_TOKEN_AUDIENCE", "whom access tokens are for; the issuer without it")
    ] = ""
    encryption_keys: Annotated[
        str,
        setting(
            "Z2_ENCRYPTION_KEYS",
            "keys of 32 bytes in base64, separated by commas: the first encrypts, all of them decrypt the keys of"
            " personal data and secrets; one is made in the data directory without it",
        ),
    ] = ""
