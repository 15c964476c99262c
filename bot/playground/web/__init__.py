"""The page in which one is a person of the emulated Slack: exactly the files of `built/`, and nothing else of this disk."""

import hashlib
import mimetypes
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

BUILT: Final = Path(__file__).parent / "built"
INDEX: Final = "index.html"
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ALWAYS: Final = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "cache-control": "no-cache"}


def routes(built: Path = BUILT) -> list[Route]:
    def index(request: Request) -> Response:
        return _served(built, INDEX, request)

    def file(request: Request) -> Response:
        return _served(built, request.path_params["file"], request)

    return [Route("/", index), Route("/{file}", file)]


def _served(built: Path, name: str, request: Request) -> Response:
    """A name is looked up among those that are there; it never becomes a path."""
    found = {each.name: each for each in built.iterdir() if each.is_file()} if built.is_dir() else {}
    if name not in found:
        return PlainTextResponse(f"There is no {name} here.", status_code=404)
    content = found[name].read_bytes()
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    headers = {**_ALWAYS, "etag": tag, **({"content-security-policy": _POLICY} if kind == "text/html" else {})}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=kind, headers=headers)
