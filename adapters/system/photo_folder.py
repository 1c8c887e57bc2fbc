"""Photos in a folder."""

import asyncio
from pathlib import Path

from ...ports.language.errors import NotFound, Unavailable
from ...ports.language.ids import PhotoId
from ...ports.language.photos import PhotoSize, Picture
from ...ports.photos import Photos
from .durable_files import write_whole
from .private_folder import private_folder


class PhotoFolder(Photos):
    """Two files for each photo, in one of 256 folders. A file is there as a whole, or not at all.

    Their names are made of ids, never of what somebody sent.
    """

    def __init__(self, path: Path) -> None:
        """Create it. The folder is made with the first photo."""
        self._path = path

    async def keep(self, photo_id: PhotoId, picture: Picture) -> None:
        def write() -> None:
            self._write(self._file(photo_id, PhotoSize.SMALL), picture.small)
            self._write(self._file(photo_id, PhotoSize.FULL), picture.full)

        try:
            await asyncio.to_thread(write)
        except OSError as error:
            raise self._unavailable() from error

    async def open(self, photo_id: PhotoId, size: PhotoSize) -> bytes:
        try:
            return await asyncio.to_thread(self._file(photo_id, size).read_bytes)
        except FileNotFoundError as error:
            raise NotFound(what="photo", id=photo_id) from error
        except OSError as error:
            raise self._unavailable() from error

    async def remove(self, photo_id: PhotoId) -> None:
        def delete() -> None:
            for size in PhotoSize:
                self._file(photo_id, size).unlink(missing_ok=True)

        try:
            await asyncio.to_thread(delete)
        except OSError as error:
            raise self._unavailable() from error

    def _file(self, photo_id: PhotoId, size: PhotoSize) -> Path:
        return self._path / photo_id.hex[:2] / f"{photo_id}-{size}.jpg"

    def _unavailable(self) -> Unavailable:
        return Unavailable(what=f"the folder {self._path}")

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        private_folder(path.parent)
        write_whole(path, content)
