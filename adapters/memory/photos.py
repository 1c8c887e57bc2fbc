"""Photos in memory, and photos as they come, for tests and simulations."""

from ...ports.language.errors import InvalidPhoto, NotFound, Unavailable
from ...ports.language.ids import PhotoId
from ...ports.language.photos import PhotoSize, Picture
from ...ports.photos import Photos
from ...ports.pictures import Pictures


class MemoryPhotos(Photos):
    """Photos by id."""

    def __init__(self) -> None:
        self._kept: dict[PhotoId, Picture] = {}

    async def keep(self, photo_id: PhotoId, picture: Picture) -> None:
        self._kept[photo_id] = picture

    async def open(self, photo_id: PhotoId, size: PhotoSize) -> bytes:
        if photo_id not in self._kept:
            raise NotFound(what="photo", id=photo_id)
        picture = self._kept[photo_id]
        return picture.full if size is PhotoSize.FULL else picture.small

    async def remove(self, photo_id: PhotoId) -> None:
        self._kept.pop(photo_id, None)


class UntouchedPictures(Pictures):
    """Takes every file that begins as JPEG does, as it is: the standard library cannot read one."""

    @property
    def most_bytes(self) -> int:
        return 1_000_000

    async def prepare(self, content: bytes) -> Picture:
        if not content.startswith(b"\xff\xd8\xff"):
            raise InvalidPhoto(problem="is no JPEG, PNG or WebP file")
        return Picture(content, content)


class NoPictures(Pictures):
    """Refuses every file, where nothing is installed that could read one."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes

    @property
    def most_bytes(self) -> int:
        return self._most_bytes

    async def prepare(self, content: bytes) -> Picture:
        raise Unavailable(what="the keeping of photos (the extra `photos` is not installed)")
