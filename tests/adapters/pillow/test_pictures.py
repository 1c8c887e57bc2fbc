"""Uploaded files become pixels and nothing else."""

import asyncio
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from solebook.adapters.pillow.pictures import PillowPictures
from solebook.ports.language.errors import InvalidPhoto, Unavailable

pytestmark = pytest.mark.integration

SECRET = b"51.5007N 0.1246W"


@pytest.fixture
def pictures() -> Iterator[PillowPictures]:
    pictures = PillowPictures(8_388_608)
    yield pictures
    pictures.close()


def jpeg(size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    """Return a file that is red on the left, and blue on the right."""
    image = Image.new("RGB", size, "blue")
    image.paste((255, 0, 0), (0, 0, size[0] // 2, size[1]))
    file = BytesIO()
    image.save(file, "JPEG", quality=95, **options)
    return file.getvalue()


def exif(*, orientation: int = 1) -> bytes:
    found = Image.Exif()
    found[0x0112] = orientation
    found[0x010E] = SECRET.decode()
    return found.tobytes()


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


async def test_nothing_but_pixels_is_left_of_a_file(pictures: PillowPictures) -> None:
    content = jpeg(exif=exif(), comment=SECRET, icc_profile=SECRET, xmp=SECRET) + SECRET
    assert content.count(SECRET) == 5
    picture = await pictures.prepare(content)
    for kept in (picture.full, picture.small):
        assert SECRET not in kept
        image = opened(kept)
        assert image.format == "JPEG"
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


async def test_texts_of_other_formats_are_gone_too(pictures: PillowPictures) -> None:
    for kind in ("PNG", "WEBP"):
        file, texts = BytesIO(), PngInfo()
        texts.add_text("Comment", SECRET.decode())
        image = Image.new("RGBA", (40, 30), "red")
        image.save(file, kind, exif=exif(), pnginfo=texts)
        assert SECRET in file.getvalue()
        assert SECRET not in (await pictures.prepare(file.getvalue())).full


async def test_photo_is_upright_and_scaled_down(pictures: PillowPictures) -> None:
    picture = await pictures.prepare(jpeg((4_000, 3_000), exif=exif(orientation=6)))
    full = opened(picture.full)
    assert full.size == (1_536, 2_048)
    top, bottom = full.getpixel((768, 100)), full.getpixel((768, 1_900))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[0] > 200 > 50 > top[2]  # what was on the left
    assert bottom[2] > 200 > 50 > bottom[0]
    assert max(opened(picture.small).size) == 320


async def test_other_modes_are_turned_upright_too(pictures: PillowPictures) -> None:
    file = BytesIO()
    Image.new("P", (40, 30)).save(file, "PNG", exif=exif(orientation=6))
    assert opened((await pictures.prepare(file.getvalue())).full).size == (30, 40)


def jpeg_of_scans(number: int) -> bytes:
    """Return a progressive file that has its last scan many times."""
    content = jpeg(progressive=True)
    return content[:-2] + content[content.rindex(b"\xff\xda") : -2] * number + content[-2:]


async def test_progressive_photo_is_taken(pictures: PillowPictures) -> None:
    assert opened((await pictures.prepare(jpeg(progressive=True))).full).size == (40, 30)


def png_that_claims(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    signature = b"\x89PNG\r\n\x1a\n"
    return (
        signature
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\xff\xd8\xff",
        jpeg()[:200],
        png_that_claims(60_000, 60_000),
        jpeg_of_scans(500),
        png_that_claims(100, 100),
        b"GIF89a" + bytes(50),
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
    ],
    ids=["empty", "svg", "start", "cut", "bomb", "scans", "no pixels", "gif", "postscript"],
)
async def test_what_is_no_photo_is_refused(pictures: PillowPictures, content: bytes) -> None:
    with pytest.raises(InvalidPhoto):
        await pictures.prepare(content)


async def test_only_some_photos_wait(pictures: PillowPictures) -> None:
    content = jpeg((2_000, 2_000))
    asked = [pictures.prepare(content) for _ in range(10)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, BaseException)]
    assert [type(each) for each in refused] == [Unavailable, Unavailable]
