"""Photos in a bucket of an S3-compatible store."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from ...ports.language.errors import NotFound, Unavailable
from ...ports.language.ids import PhotoId
from ...ports.language.photos import PhotoSize, Picture
from ...ports.photos import Photos
from ...ports.stopwatch import Stopwatch
from ..decorators.circuit_breaker import CircuitBreaker

if TYPE_CHECKING:
    from obstore.store import S3Config

T = TypeVar("T")

_JPEG = {"Content-Type": "image/jpeg", "Cache-Control": "private"}
_RETRIES = 2


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where a bucket is, and who may use it."""

    name: str
    region: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    endpoint: str | None = None
    """The URL of a store that is not Amazon's."""
    timeout: timedelta = timedelta(seconds=10)

    def opened(self, *, retries: int = _RETRIES) -> S3Store:
        """Return a client, which connects when it is used. All calls can be repeated."""
        config: S3Config = {
            "region": self.region,
            "access_key_id": self.access_key_id,
            "secret_access_key": self.secret_access_key,
        }
        if self.endpoint is not None:
            config["endpoint"] = self.endpoint
        return S3Store(
            self.name,
            config=config,
            client_options={
                "timeout": self.timeout,
                "connect_timeout": self.timeout / 2,
                "allow_http": (self.endpoint or "").startswith("http://"),
            },
            retry_config={
                "max_retries": retries,
                "retry_timeout": self.timeout,
                "backoff": {
                    "init_backoff": timedelta(milliseconds=100),
                    "max_backoff": timedelta(seconds=1),
                    "base": 2,
                },
            },
        )


class S3Photos(Photos):
    """Two objects for each photo, whose keys are made of its id: each call may be repeated.

    The client is `obstore`, which waits for answers outside the interpreter, so it needs no threads
    and no second event loop.
    """

    def __init__(
        self,
        bucket: Bucket,
        stopwatch: Stopwatch,
        *,
        prefix: str = "photos",
        failures: int = 3,
        pause: float = 1.0,
    ) -> None:
        self._store = bucket.opened()
        self._prefix = prefix
        self._breaker = CircuitBreaker(
            stopwatch, what="the store of photos", failures=failures, pause=pause, server="s3"
        )

    async def keep(self, photo_id: PhotoId, picture: Picture) -> None:
        for size, content in (
            (PhotoSize.SMALL, picture.small),
            (PhotoSize.FULL, picture.full),
        ):
            key = self._key(photo_id, size)
            await self._call(
                partial(
                    obstore.put_async,
                    self._store,
                    key,
                    content,
                    attributes=_JPEG,
                    use_multipart=False,
                )
            )

    async def open(self, photo_id: PhotoId, size: PhotoSize) -> bytes:
        async def read() -> bytes:
            answer = await obstore.get_async(self._store, self._key(photo_id, size))
            return bytes(await answer.bytes_async())

        try:
            return await self._call(read)
        except FileNotFoundError as error:
            raise NotFound(what="photo", id=photo_id) from error

    async def remove(self, photo_id: PhotoId) -> None:
        keys = [self._key(photo_id, size) for size in PhotoSize]
        # Of a key that is not there, a store says nothing.
        await self._call(partial(obstore.delete_async, self._store, keys))

    def _key(self, photo_id: PhotoId, size: PhotoSize) -> str:
        return f"{self._prefix}/{photo_id.hex[:2]}/{photo_id}-{size}.jpg"

    async def _call(self, call: Callable[[], Awaitable[T]]) -> T:
        """Return what a call returns. Raises Unavailable, and FileNotFoundError for no object."""

        async def told() -> T:
            try:
                return await call()
            except BaseError as error:
                if isinstance(error, FileNotFoundError):
                    raise
                raise Unavailable(what="the store of photos") from error

        return await self._breaker(told)
