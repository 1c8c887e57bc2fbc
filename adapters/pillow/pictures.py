"""Uploaded files as photos, with Pillow."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

from PIL import Image, ImageOps

from ...ports.language.errors import InvalidPhoto, Unavailable
from ...ports.language.photos import Picture
from ...ports.pictures import Pictures

_FORMATS = ("JPEG", "PNG", "WEBP")
_MOST_PIXELS = 50_000_000
"""More than cameras of phones make. A file of some kilobytes may claim to have any number."""
_MOST_SCANS = 500
"""Parts of a JPEG, each of which goes over all pixels, though it may have some bytes only. Files of
cameras have at most a dozen. What is behind a picture, such as a film, may seem to have more."""
_FULL, _SMALL = 2_048, 320
"""The longer side, in pixels."""
_QUALITY = 85
_MOST_WAITING = 8
"""How many photos wait for the thread at most; each has its file in memory."""

Image.MAX_IMAGE_PIXELS = None  # Pillow would only warn; the size is checked below before decoding


class PillowPictures(Pictures):
    """Decodes a photo in a thread of its own, and encodes its pixels anew as JPEG.

    Only the pixels go over, so no metadata (place, time, camera), no thumbnail, no text and nothing
    behind the end of the picture is left. One photo is decoded at a time, as its
    pixels take many times the memory of its file.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._thread = ThreadPoolExecutor(1, "photos")
        self._waiting = 0

    @property
    def most_bytes(self) -> int:
        return self._most_bytes

    async def prepare(self, content: bytes) -> Picture:
        if self._waiting >= _MOST_WAITING:
            raise Unavailable(what="the preparation of photos")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._thread, _prepared, content
            )
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """End the thread, after the photo that it prepares."""
        self._thread.shutdown(cancel_futures=True)


def _prepared(content: bytes) -> Picture:
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as image:
            _check_size(image)
            _check_scans(content)
            full = _pixels_of(image)
        small = full.copy()
        small.thumbnail((_SMALL, _SMALL))
        return Picture(_jpeg(full), _jpeg(small))
    except InvalidPhoto:
        raise
    except Exception as error:  # decoders raise anything for what is no picture
        raise InvalidPhoto(problem="is no JPEG, PNG or WebP file that can be read") from error


def _check_size(image: Image.Image) -> None:
    if image.width * image.height > _MOST_PIXELS:
        raise InvalidPhoto(problem=f"has more than {_MOST_PIXELS // 1_000_000} megapixels")


def _check_scans(content: bytes) -> None:
    if content.startswith(b"\xff\xd8") and content.count(b"\xff\xda") > _MOST_SCANS:
        raise InvalidPhoto(problem=f"has more than {_MOST_SCANS} scans")


def _pixels_of(image: Image.Image) -> Image.Image:
    """Return the first picture of a file, upright, scaled down, and without anything else."""
    image.draft("RGB", (_FULL, _FULL))  # a large JPEG is decoded at a fraction of its size
    upright = ImageOps.exif_transpose(_scaled(image))
    bare = Image.new("RGB", upright.size)
    bare.paste(upright.convert("RGB"))
    return bare


def _scaled(image: Image.Image) -> Image.Image:
    if image.mode not in ("RGB", "L"):
        orientation = image.getexif().get(0x0112)
        image = image.convert("RGB")
        if orientation:
            image.getexif()[0x0112] = orientation
    image.thumbnail((_FULL, _FULL))
    return image


def _jpeg(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, "JPEG", quality=_QUALITY, optimize=True)
    return file.getvalue()
