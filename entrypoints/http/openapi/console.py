"""The console of the API: a page that calls it. It is Swagger UI, served from a package.

Nothing comes from elsewhere, and the page can connect to this server alone.
"""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from html import escape
from importlib.util import find_spec
from pathlib import Path

from litestar import Controller, MediaType, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from ..edge.bearer import PUBLIC
from ..edge.problems import AnyRequest

PATH = "/schema/console"
"""Where the console is."""
_PACKAGE = "openapi_ui_bundles"
_OWN = Path(__file__).parent / "static"
_THEIRS = ("swagger-ui-bundle.js", "swagger-ui.css")
_TYPES = {".css": "text/css", ".js": "text/javascript"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_FOR_GOOD = "public, max-age=31536000, immutable"
_FOR_A_MINUTE = "public, max-age=60"


def is_installed() -> bool:
    """Return whether there is a console: its files are in a package of the extra `web`."""
    return find_spec(_PACKAGE) is not None


@dataclass(frozen=True, slots=True)
class Asset:
    """A file, as it is and compressed: the largest has 1.5 MB."""

    content: bytes
    compressed: bytes
    version: str
    media_type: str


@cache
def assets() -> Mapping[str, Asset]:
    """Return the files of the console by name. To compress them takes a tenth of a second."""
    from openapi_ui_bundles.swagger_ui import static_path  # an extra

    files = [*(static_path / name for name in _THEIRS), *sorted(_OWN.iterdir())]
    return {file.name: _asset(file.read_bytes(), _TYPES[file.suffix]) for file in files}


def _asset(content: bytes, media_type: str) -> Asset:
    version = sha256(content).hexdigest()[:12]
    return Asset(content, gzip.compress(content, mtime=0), version, media_type)


@cache
def _page() -> bytes:
    """Return the page, which never changes."""
    at = {name: f"{PATH}/{asset.version}/{escape(name)}" for name, asset in assets().items()}
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        "<title>API console - solebook</title><link rel='icon' href='data:,'>"
        f"<link rel='stylesheet' href='{at['swagger-ui.css']}'>"
        f"<link rel='stylesheet' href='{at['console.css']}'>"
        f"<script defer src='{at['swagger-ui-bundle.js']}'></script>"
        f"<script defer src='{at['console.js']}'></script></head>"
        "<body><header><h1>API console</h1><p>It calls this exchange, with effect. Get a token by"
        " <code>POST /v1/sessions</code> and give it to <b>Authorize</b>."
        " <a href='/schema'>The reference</a> needs no scripts.</p></header>"
        "<main id='console' data-document='/schema/openapi.json'></main></body></html>"
    ).encode()


class Console(Controller):
    """The console and its files."""

    path = "/schema/console"
    opt = PUBLIC
    include_in_schema = False

    @get(sync_to_thread=False)
    def view_console(self) -> Response[bytes]:
        """Show the console."""
        headers = {"Content-Security-Policy": _POLICY}
        return Response(_page(), media_type=MediaType.HTML, headers=headers)

    @get("/{version:str}/{name:str}", sync_to_thread=True)
    def send_asset(
        self, request: AnyRequest, version: FromPath[str], name: FromPath[str]
    ) -> Response[bytes]:
        """Send a file, compressed if that is understood. Raises NotFoundException.

        Under the version of another process, which is replaced just then, it is kept not for long.
        """
        if (asset := assets().get(name)) is None:
            raise NotFoundException
        headers = {
            "Cache-Control": _FOR_GOOD if version == asset.version else _FOR_A_MINUTE,
            "Vary": "Accept-Encoding",
        }
        content = asset.content
        if "gzip" in request.headers.get("accept-encoding", ""):
            content, headers["Content-Encoding"] = asset.compressed, "gzip"
        return Response(content, media_type=asset.media_type, headers=headers)
