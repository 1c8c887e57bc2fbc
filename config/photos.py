"""Settings of photos."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit

from ..ports.language.limits import Between, check_limits
from .urls import is_near

_MINUTE = timedelta(minutes=1)
_MILLISECOND = timedelta(milliseconds=1)
MOST_BYTES = 33_554_432


@dataclass(frozen=True, slots=True)
class PhotosSettings:
    """Where the photos of pairs under review are. Raises ValueError if invalid."""

    most_bytes: Annotated[int, Between(100_000, MOST_BYTES, "phones make larger photos")] = (
        8_388_608
    )
    """The maximum size of an uploaded photo."""
    folder: str | None = None
    """The folder of the photos. All processes that answer HTTP, and those with the role
    `deadlines`, need the same one. The default is `photos` in `folder`."""
    bucket: str | None = None
    """The bucket of an S3-compatible store, which is used in place of a folder."""
    prefix: str = "photos"
    """Begins the keys of all photos in the bucket."""
    region: str = "us-east-1"
    """The region of the bucket."""
    endpoint: str | None = None
    """The https:// URL of the store, if it is not Amazon's. http:// is for this machine, and for
    names without dots, which a network of containers has."""
    access_key_id: str | None = None
    """The name of the key to the bucket."""
    secret_access_key: str | None = field(default=None, repr=False)
    """The key to the bucket. It is only taken from the environment, and from no file."""
    timeout: Annotated[timedelta, Between(_MILLISECOND, _MINUTE, "no photo could be kept")] = (
        timedelta(seconds=10)
    )
    """How long to wait for the store, with all repetitions of a call."""
    failures: Annotated[int, Between(1, 1_000, "the store would never be asked")] = 3
    """After how many failures in a row the store is left alone."""
    pause: Annotated[timedelta, Between(_MILLISECOND, _MINUTE, "every call would try it")] = (
        timedelta(seconds=1)
    )
    """How long it is left alone. Then one call tries it."""

    def __post_init__(self) -> None:
        check_limits(self)
        if self.bucket is None:
            return
        if self.folder is not None:
            raise ValueError("photos.folder and photos.bucket exclude each other")
        if not self.access_key_id or not self.secret_access_key:
            raise ValueError(
                "photos.bucket needs photos.access_key_id, and a key in the variable "
                "SOLEBOOK_PHOTOS__SECRET_ACCESS_KEY"
            )
        _check_endpoint(self.endpoint)

    @property
    def is_in(self) -> Literal["bucket", "folder"]:
        """Where the photos are, as a word."""
        return "bucket" if self.bucket else "folder"


def _check_endpoint(endpoint: str | None) -> None:
    if endpoint is None:
        return
    parts = urlsplit(endpoint)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError("photos.endpoint must be https://HOST or https://HOST:PORT")
    if parts.scheme == "http" and not is_near(endpoint):
        raise ValueError(
            "photos.endpoint must begin with https://, or be on this machine, or be a name without "
            "dots, which a network of containers has"
        )
