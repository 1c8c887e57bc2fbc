"""Contract of Photos."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from solebook.adapters.memory.photos import MemoryPhotos
from solebook.adapters.system.photo_folder import PhotoFolder
from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.ports.language.errors import NotFound
from solebook.ports.language.ids import PhotoId
from solebook.ports.language.photos import PhotoSize, Picture
from solebook.ports.photos import Photos

from ..bucket_double import BucketDouble, bucket_at
from ..moto_server import make_bucket, running_moto
from .records import Records


@pytest.fixture
def bucket_double_url() -> Iterator[str]:
    with BucketDouble().served() as double:
        yield double.url


@pytest.fixture(scope="module")
def moto_server() -> Iterator[str]:
    with running_moto() as url:
        yield url


@pytest.fixture(
    params=["memory", "folder", pytest.param("bucket", marks=pytest.mark.integration), "moto"]
)
def photos(request: pytest.FixtureRequest, tmp_path: Path) -> Photos:
    if request.param == "memory":
        return MemoryPhotos()
    if request.param == "folder":
        return PhotoFolder(tmp_path / "photos")
    from solebook.adapters.s3.photos import S3Photos

    is_moto = request.param == "moto"
    url: str = request.getfixturevalue("moto_server" if is_moto else "bucket_double_url")
    if is_moto:
        make_bucket(url)
    return S3Photos(bucket_at(url), SystemStopwatch())


PICTURE = Picture(b"full" * 100_000, b"small")


async def test_kept_photo_is_opened_in_both_sizes(photos: Photos, records: Records) -> None:
    first, second = PhotoId(records.ids.new()), PhotoId(records.ids.new())
    await photos.keep(first, PICTURE)
    await photos.keep(second, Picture(b"other", b"o"))
    assert await photos.open(first, PhotoSize.FULL) == PICTURE.full
    assert await photos.open(first, PhotoSize.SMALL) == PICTURE.small
    assert await photos.open(second, PhotoSize.FULL) == b"other"


async def test_photo_that_is_kept_again_is_replaced(photos: Photos, records: Records) -> None:
    photo_id = PhotoId(records.ids.new())
    for content in (b"1", b"2", b"2"):
        await photos.keep(photo_id, Picture(content, content))
    assert await photos.open(photo_id, PhotoSize.FULL) == b"2"


async def test_unknown_photo_is_not_found(photos: Photos, records: Records) -> None:
    with pytest.raises(NotFound):
        await photos.open(PhotoId(records.ids.new()), PhotoSize.SMALL)


async def test_removed_photo_is_gone_in_both_sizes_and_may_be_removed_again(
    photos: Photos, records: Records
) -> None:
    photo_id = PhotoId(records.ids.new())
    await photos.keep(photo_id, PICTURE)
    for _ in range(2):
        await photos.remove(photo_id)
        for size in PhotoSize:
            with pytest.raises(NotFound):
                await photos.open(photo_id, size)
