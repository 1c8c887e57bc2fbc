"""The port to the files of photos, which are not in the store."""

from typing import Protocol

from .language.ids import PhotoId
from .language.photos import PhotoSize, Picture


class Photos(Protocol):
    """The files of photos by id. Each call may be repeated, also after an unknown outcome."""

    async def keep(self, photo_id: PhotoId, picture: Picture) -> None:
        """Store a photo in all its sizes, in place of an earlier one. Raises Unavailable."""
        ...

    async def open(self, photo_id: PhotoId, size: PhotoSize) -> bytes:
        """Return a photo. Raises NotFound, Unavailable."""
        ...

    async def remove(self, photo_id: PhotoId) -> None:
        """Delete a photo, which need not exist. Raises Unavailable."""
        ...
