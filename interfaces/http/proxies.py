"""Behind a proxy, headers tell who asks and over what; those of the proxies that the settings name are believed."""

from ipaddress import ip_network
from typing import Any, cast

from litestar.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from application.errors import Invalid

SETTING = "Z2_TRUSTED_PROXIES"


def behind_proxies(app: ASGIApp, trusted: str) -> ASGIApp:
    """The app as it is seen through these proxies: addresses and networks with commas between. Raises Invalid."""
    proxies = [each.strip() for each in trusted.split(",") if each.strip()]
    try:
        networks = [str(ip_network(each)) for each in proxies]
    except ValueError:
        raise Invalid(f"the setting {SETTING} is not valid: it names addresses and networks", field=SETTING) from None
    if not networks:
        return app
    # both are ASGI; each project has types of its own for it
    return cast(ASGIApp, ProxyHeadersMiddleware(cast(Any, app), networks))
