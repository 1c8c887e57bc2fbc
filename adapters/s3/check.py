"""What a diagnosis tries of the store of photos."""

from uuid import uuid4

import obstore
from obstore.exceptions import PermissionDeniedError, UnauthenticatedError

from ...ports.language.trials import Failed, Trials
from ...ports.service_check import ServiceCheck
from .photos import Bucket

_WRONG_KEY = Failed(
    "the store refuses the key",
    "correct photos.access_key_id, SOLEBOOK_PHOTOS__SECRET_ACCESS_KEY and photos.region, or let "
    "the key read, write and delete objects of photos.prefix",
)


class BucketCheck(ServiceCheck):
    """Writes an object beside the photos, reads it and deletes it."""

    service = "photos"

    def __init__(self, bucket: Bucket, *, prefix: str) -> None:
        self._bucket = bucket
        self._key = f"{prefix}/check-{uuid4()}"

    def explain(self, error: Exception) -> Failed:
        if isinstance(error, PermissionDeniedError | UnauthenticatedError):
            return _WRONG_KEY
        if isinstance(error, FileNotFoundError):
            return Failed("there is no such bucket", "create it, or correct photos.bucket")
        return Failed(
            "the store does not answer, or not as S3 does", "correct photos.endpoint, or start it"
        )

    async def __call__(self, trials: Trials) -> None:
        store, content = self._bucket.opened(retries=0), b"a check of solebook"
        with trials.trying("bucket", "correct photos.bucket and photos.endpoint") as trial:
            await obstore.put_async(store, self._key, content, use_multipart=False)
            answer = await obstore.get_async(store, self._key)
            if bytes(await answer.bytes_async()) != content:
                raise Failed("an object is not what was written", "ask who runs the store")
            await obstore.delete_async(store, [self._key])
            trial.found = f"photos are in the bucket {self._bucket.name}"
