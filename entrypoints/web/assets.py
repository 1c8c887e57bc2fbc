"""The files that pages load: the style sheet, and the script of what is live."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from litestar import Controller, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

FOLDER = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript"}
_FOR_GOOD = "public, max-age=31536000, immutable"
_FOR_A_MINUTE = "public, max-age=60"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file, and the version that its address names."""

    content: bytes
    version: str
    media_type: str


@cache
def assets() -> Mapping[str, Asset]:
    """Return all files by name."""
    return {
        file.name: Asset(
            content := file.read_bytes(), sha256(content).hexdigest()[:12], _TYPES[file.suffix]
        )
        for file in FOLDER.iterdir()
    }


def address_of(name: str) -> str:
    """Return where a file is served. Another content has another address."""
    return f"/static/{assets()[name].version}/{name}"


class Assets(Controller):
    """What pages load."""

    @get("/static/{version:str}/{name:str}")
    async def send_asset(self, version: FromPath[str], name: FromPath[str]) -> Response[bytes]:
        """Send a file. Raises NotFoundException.

        While servers are replaced, a page of the old version may ask the new one. Then it gets what
        there is, and not for long.
        """
        if (asset := assets().get(name)) is None:
            raise NotFoundException
        kept = _FOR_GOOD if version == asset.version else _FOR_A_MINUTE
        headers = {"Cache-Control": kept}
        return Response(asset.content, media_type=asset.media_type, headers=headers)
