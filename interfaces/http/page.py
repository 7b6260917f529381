"""The page: the built front end and the documentation of the API, from our own files and nobody else's."""

import re
from pathlib import Path
from typing import Any

from litestar import HttpMethod, Request, Response, Router, route
from litestar.di import NamedDependency, Provide
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

BUILT = Path(__file__).parents[2] / "frontend" / "dist"

MEDIA_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}

_COMMON = (
    "default-src 'none'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
)
PAGE_POLICY = _COMMON + "style-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
# Swagger UI sets markup from strings, after cleaning it: trusted types would refuse that.
DOCS_POLICY = _COMMON + "style-src 'self'"

FOR_EVER = "public, max-age=31536000, immutable"
FILE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
OTHERS = ("/api/", "/health/", "/v1/")
READING = [HttpMethod.GET, HttpMethod.HEAD]
NOT_BUILT = b"<!doctype html><title>Z2</title><p>The page is not built: run npm ci and npm run build in frontend/."


def handlers(built: Path = BUILT) -> list[ControllerRouterHandler]:
    """The routes of the page, out of the folder that its build wrote."""
    provide = Provide(lambda: built, sync_to_thread=False)
    return [Router("/", route_handlers=[page, asset, docs, docs_file], dependencies={"built": provide})]


@route(["/", "/{address:path}"], http_method=READING, include_in_schema=False)
async def page(request: Request[Any, Any, Any], built: NamedDependency[Path]) -> Response[bytes]:
    """The one document of the page, whatever the address: the page itself reads it. Never stored, so never stale."""
    if request.url.path.startswith(OTHERS):
        raise NotFoundException("there is no such address")
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": PAGE_POLICY}
    if not (built / "index.html").is_file():
        return Response(NOT_BUILT, status_code=503, media_type=MEDIA_TYPES[".html"], headers=headers)
    return _file(request, built, "index.html", headers)


@route("/assets/{name:str}", http_method=READING, include_in_schema=False)
async def asset(request: Request[Any, Any, Any], name: FromPath[str], built: NamedDependency[Path]) -> Response[bytes]:
    """A file whose name carries the hash of its content, so that it may be kept for ever."""
    return _file(request, built / "assets", name, {"Cache-Control": FOR_EVER})


@route("/api/docs", http_method=READING, include_in_schema=False)
async def docs(request: Request[Any, Any, Any], built: NamedDependency[Path]) -> Response[bytes]:
    """Swagger UI over the API's own OpenAPI document."""
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": DOCS_POLICY}
    return _file(request, built / "swagger", "index.html", headers)


@route("/api/docs/{name:str}", http_method=READING, include_in_schema=False)
async def docs_file(
    request: Request[Any, Any, Any], name: FromPath[str], built: NamedDependency[Path]
) -> Response[bytes]:
    return _file(request, built / "swagger", name, {"Cache-Control": "no-cache"})


def _file(request: Request[Any, Any, Any], folder: Path, name: str, headers: dict[str, str]) -> Response[bytes]:
    """A file of the build, in the compressed form that lies beside it where the client takes that."""
    path = folder / name
    media_type = MEDIA_TYPES.get(path.suffix)
    if media_type is None or not FILE_NAME.fullmatch(name) or not path.is_file():
        raise NotFoundException("there is no such file")
    squeezed = folder / f"{name}.gz"
    if "gzip" in request.headers.get("accept-encoding", "") and squeezed.is_file():
        path, headers = squeezed, {**headers, "Content-Encoding": "gzip"}
    return Response(path.read_bytes(), media_type=media_type, headers={**headers, "Vary": "Accept-Encoding"})
