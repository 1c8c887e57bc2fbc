"""Photos in a bucket whose store is slow, busy, or refuses the key."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from uuid import UUID

import pytest

from solebook.adapters.s3.check import BucketCheck
from solebook.adapters.s3.photos import S3Photos
from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.ids import PhotoId
from solebook.ports.language.photos import PhotoSize, Picture
from solebook.ports.language.trials import CannotGoOn, TrialResult, Trials, Verdict

from ...bucket_double import NAME, SECRET, BucketDouble, bucket_at

pytestmark = pytest.mark.integration

PHOTO = PhotoId(UUID(int=1))
PICTURE = Picture(b"full", b"small")


@pytest.fixture
def double() -> Iterator[BucketDouble]:
    with BucketDouble().served() as double:
        yield double


async def test_call_that_failed_once_is_repeated(double: BucketDouble) -> None:
    double.fails = 1
    await S3Photos(bucket_at(double.url), SystemStopwatch()).keep(PHOTO, PICTURE)
    assert len(double.requests) == 3
    assert sorted(double.objects.values()) == [b"full", b"small"]
    assert all(key.startswith(f"/{NAME}/photos/00/{PHOTO}-") for key in double.objects)


async def test_store_that_fails_is_left_alone(double: BucketDouble) -> None:
    photos = S3Photos(bucket_at(double.url), SystemStopwatch(), failures=1, pause=60)
    double.fails = 100
    with pytest.raises(Unavailable):
        await photos.open(PHOTO, PhotoSize.FULL)
    asked = len(double.requests)
    with pytest.raises(Unavailable):
        await photos.keep(PHOTO, PICTURE)
    assert len(double.requests) == asked == 3


async def test_store_that_hangs_is_waited_for_only_so_long(double: BucketDouble) -> None:
    double.hangs = threading.Event()
    photos = S3Photos(bucket_at(double.url, timeout=0.2), SystemStopwatch())
    with pytest.raises(Unavailable):
        await photos.open(PHOTO, PhotoSize.FULL)


async def found_by_check(url: str, secret: str = SECRET) -> TrialResult:
    check = BucketCheck(bucket_at(url, secret=secret), prefix="photos")
    trials = Trials("photos", SystemStopwatch().elapsed, check.explain)
    with suppress(CannotGoOn):
        await check(trials)
    [result] = trials.all
    assert secret not in f"{result}"
    return result


async def test_check_writes_and_removes_an_object(double: BucketDouble) -> None:
    assert (await found_by_check(double.url)).verdict is Verdict.OK
    assert double.objects == {}
    assert [request.split()[0] for request in double.requests] == ["PUT", "GET", "POST"]


async def test_check_tells_a_wrong_key_from_a_store_that_is_away(double: BucketDouble) -> None:
    refused = await found_by_check(double.url, "another key")
    assert (refused.verdict, refused.found) == (Verdict.FAILED, "the store refuses the key")
    away = await found_by_check("http://127.0.0.1:1")
    assert (away.verdict, away.advice) == (
        Verdict.FAILED,
        "correct photos.endpoint, or start it",
    )
