"""Contract of ReviewPhotos."""

from dataclasses import replace
from datetime import timedelta

from solebook.composition.adapters import Store
from solebook.ports.language.ids import PhotoId
from solebook.ports.language.photos import ReviewPhoto

from .records import Records


async def photos(store: Store, records: Records, number: int) -> list[ReviewPhoto]:
    """Add photos to one new task, the last one first."""
    task = records.task()
    added = [
        ReviewPhoto(
            PhotoId(records.ids.new()),
            task.id,
            task.order_id,
            records.instant + timedelta(seconds=second),
        )
        for second in range(number)
    ]
    async with store.transaction():
        await store.authentication_tasks.add(task)
        for photo in reversed(added):
            await store.review_photos.add(photo)
    return added


async def test_photos_of_a_task_come_in_their_order(store: Store, records: Records) -> None:
    added = await photos(store, records, 3)
    [other] = await photos(store, records, 1)
    assert list(await store.review_photos.of(added[0].task_id)) == added
    assert list(await store.review_photos.of_order(added[0].order_id)) == added
    assert list(await store.review_photos.of(other.task_id)) == [other]


async def test_photo_that_is_added_again_stays_as_it_was(store: Store, records: Records) -> None:
    [photo] = await photos(store, records, 1)
    async with store.transaction():
        await store.review_photos.add(replace(photo, added_at=records.instant + timedelta(days=1)))
    assert list(await store.review_photos.of(photo.task_id)) == [photo]


async def test_removed_photo_is_gone_and_may_be_removed_again(
    store: Store, records: Records
) -> None:
    first, second = await photos(store, records, 2)
    for _ in range(2):
        async with store.transaction():
            await store.review_photos.remove(first.id)
    assert list(await store.review_photos.of(first.task_id)) == [second]


async def test_orders_with_photos_are_paged_oldest_first(store: Store, records: Records) -> None:
    orders = [(await photos(store, records, 2))[0].order_id for _ in range(3)]
    assert await store.review_photos.kept(None, 2) == orders[:2]
    assert await store.review_photos.kept(orders[1], 2) == orders[2:]
