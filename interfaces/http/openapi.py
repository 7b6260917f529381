"""The OpenAPI document, made true where the framework's own is not: errors are problems, 422 is what it says."""

from typing import Any

import msgspec
from litestar import Litestar
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

from interfaces.http.problems import DOCUMENTED, MEDIA_TYPE, Problem

CONFIG = OpenAPIConfig(
    title="Z2",
    version="0.1.0",
    description="Teams of AI agents do complex work under control. Errors are problem documents (RFC 9457).",
    path="/api/schema",
    render_plugins=[],
    components=Components(
        security_schemes={
            "bearer": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT"),
            "cookie": SecurityScheme(type="apiKey", name="z2_session", security_scheme_in="cookie"),
        }
    ),
    security=[{"bearer": []}, {"cookie": []}],
    use_handler_docstrings=True,
)


OPEN = ("/health/live", "/health/ready")
PUBLIC = ("signIn", "signOut")


def document(app: Litestar) -> dict[str, Any]:
    """The OpenAPI 3.1 document of the app."""
    schema: dict[str, Any] = app.openapi_schema.to_schema()
    _, components = msgspec.json.schema_components([Problem], ref_template="#/components/schemas/{name}")
    schema["components"]["schemas"].update(components)
    for path, item in schema["paths"].items():
        for operation in item.values():
            # the framework documents a 400 of its own, which never leaves
            operation["responses"].pop("400", None)
            if path in OPEN or operation["operationId"] in PUBLIC:
                operation["security"] = []
            if path not in OPEN:
                operation["responses"].update(_problems())
    return schema


def _problems() -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": text, "content": content} for status, text in DOCUMENTED.items()}
