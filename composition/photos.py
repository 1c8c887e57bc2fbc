"""Photos, as the settings select. It imports its packages when it is built: those are extras."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ..adapters.memory.photos import MemoryPhotos, NoPictures
from ..adapters.system.photo_folder import PhotoFolder
from ..config.settings import Settings
from ..ports.clock import Clock
from ..ports.photos import Photos
from ..ports.pictures import Pictures
from ..ports.service_check import ServiceCheck
from ..ports.stopwatch import Stopwatch

if TYPE_CHECKING:
    from ..adapters.s3.photos import Bucket


def photos_of(settings: Settings, stopwatch: Stopwatch) -> Photos:
    """Return the bucket, the folder, or a memory for a store in memory."""
    if settings.photos.is_in == "bucket":
        from ..adapters.s3.photos import S3Photos

        return S3Photos(
            bucket_of(settings),
            stopwatch,
            prefix=settings.photos.prefix,
            failures=settings.photos.failures,
            pause=settings.photos.pause.total_seconds(),
        )
    is_lost = settings.store.kind == "memory" and settings.photos.folder is None
    return MemoryPhotos() if is_lost else PhotoFolder(photo_folder(settings))


def photo_folder(settings: Settings) -> Path:
    """Return the folder of the photos, if they are in one."""
    folder = settings.photos.folder
    return Path(settings.folder) / "photos" if folder is None else Path(folder)


def bucket_of(settings: Settings) -> "Bucket":
    """Return where the bucket is, and who may use it."""
    from ..adapters.s3.photos import Bucket

    photos = settings.photos
    assert photos.bucket, "who asks has looked"
    assert photos.access_key_id, "the settings need it"
    assert photos.secret_access_key, "the settings need it"
    return Bucket(
        name=photos.bucket,
        region=photos.region,
        access_key_id=photos.access_key_id,
        secret_access_key=photos.secret_access_key,
        endpoint=photos.endpoint,
        timeout=photos.timeout,
    )


def check_of_photos(settings: Settings, _: Clock) -> ServiceCheck | None:
    """Return what tries the bucket, or None without one."""
    if settings.photos.is_in == "folder":
        return None
    from ..adapters.s3.check import BucketCheck

    return BucketCheck(bucket_of(settings), prefix=settings.photos.prefix)


@contextmanager
def open_pictures(settings: Settings) -> Iterator[Pictures]:
    """Open what makes photos of files, which has a thread and needs an extra."""
    if find_spec("PIL") is None:
        yield NoPictures(settings.photos.most_bytes)
        return
    from ..adapters.pillow.pictures import PillowPictures

    pictures = PillowPictures(settings.photos.most_bytes)
    yield pictures
    pictures.close()
