"""Photos of a review, and how long they are kept."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.adapters.memory.photos import MemoryPhotos, UntouchedPictures
from solebook.ports.language.errors import (
    InvalidVerdict,
    NotFound,
    Refusal,
    TaskNotOpen,
    Unavailable,
)
from solebook.ports.language.ids import OrderId, PhotoId
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.photos import PhotoSize, Picture, ReviewPhoto, photo_id
from solebook.ports.language.retention import Retention
from solebook.ports.photos import Photos

from ...exchange import Exchange
from ..payments.disputes.stories import decide, dispute
from .warehouse import FAIL, PASS, Warehouse

DAY = timedelta(days=1)
LIFE = Retention().photos
PHOTO = b"\xff\xd8\xff a shoe"


async def photographed(exchange: Exchange, order_id: OrderId) -> ReviewPhoto:
    """Keep a photo of an order's pair, as if it had been taken in the review."""
    adapters = exchange.app.adapters
    task = await adapters.store.authentication_tasks.find_by_order(order_id)
    assert task is not None
    photo = ReviewPhoto(photo_id(task.id, PHOTO), task.id, order_id, exchange.clock.now())
    await adapters.photos.keep(photo.id, await adapters.pictures.prepare(PHOTO))
    async with adapters.store.transaction():
        await adapters.store.review_photos.add(photo)
    return photo


async def is_kept(exchange: Exchange, photo: ReviewPhoto) -> bool:
    adapters = exchange.app.adapters
    row = photo in await adapters.store.review_photos.of(photo.task_id)
    try:
        await adapters.photos.open(photo.id, PhotoSize.FULL)
    except NotFound:
        assert not row
        return False
    assert row
    return True


async def test_photo_is_deleted_when_its_order_has_been_over_for_long(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    photo = await photographed(exchange, order.id)
    await exchange.later(4 * DAY)
    over = await exchange.order(order.id)
    assert over.is_over
    await exchange.later(over.updated_at + LIFE - exchange.clock.now())
    assert await is_kept(exchange, photo)
    await exchange.later(timedelta(hours=1))
    assert not await is_kept(exchange, photo)


class LockedPhotos(MemoryPhotos):
    """Cannot remove some photos, as in a folder that is read-only."""

    def __init__(self, photos: Photos, locked: PhotoId) -> None:
        super().__init__()
        self._photos = photos
        self._locked = locked

    async def remove(self, photo_id: PhotoId) -> None:
        if photo_id == self._locked:
            raise Unavailable(what="the folder of photos")
        await self._photos.remove(photo_id)


async def test_photo_that_cannot_be_removed_keeps_no_other_one(exchange: Exchange) -> None:
    orders = [await exchange.trade(OrderStatus.DELIVERED) for _ in range(2)]
    locked, other = [await photographed(exchange, order.id) for order in orders]
    await exchange.later(4 * DAY)
    await exchange.clock.advance(LIFE + DAY)
    forget = exchange.app.authentication.forget_photos
    photos = LockedPhotos(exchange.app.adapters.photos, locked.id)
    with pytest.raises(Unavailable):
        await replace(forget, photos=photos)()
    assert await is_kept(exchange, locked)
    assert not await is_kept(exchange, other)
    await forget()
    assert not await is_kept(exchange, locked)


async def test_photo_stays_while_its_order_is_not_over_or_disputed(exchange: Exchange) -> None:
    waits = await exchange.trade(OrderStatus.AUTHENTICATING)
    disputed = await exchange.trade(OrderStatus.DELIVERED)
    of_waiting = await photographed(exchange, waits.id)
    of_disputed = await photographed(exchange, disputed.id)
    await exchange.later(4 * DAY)
    name = await dispute(exchange, await exchange.order(disputed.id))
    await exchange.later(LIFE + 10 * DAY)
    assert await is_kept(exchange, of_waiting)
    assert await is_kept(exchange, of_disputed)
    await decide(exchange, name, won=True)
    await exchange.later(LIFE + DAY)
    assert await is_kept(exchange, of_waiting)
    assert not await is_kept(exchange, of_disputed)


Meanwhile = Callable[[], Awaitable[object]]


class SlowPictures(UntouchedPictures):
    """Takes so long for a photo that something else happens meanwhile."""

    def __init__(self, meanwhile: Meanwhile) -> None:
        super().__init__()
        self._meanwhile = meanwhile

    async def prepare(self, content: bytes) -> Picture:
        await self._meanwhile()
        return await super().prepare(content)


class SlowRemoval(MemoryPhotos):
    """Takes so long for a removal that something else happens meanwhile."""

    def __init__(self, meanwhile: Meanwhile) -> None:
        super().__init__()
        self._meanwhile = meanwhile

    async def remove(self, photo_id: PhotoId) -> None:
        await self._meanwhile()
        await super().remove(photo_id)


async def test_photo_that_came_too_late_leaves_no_file(warehouse: Warehouse) -> None:
    task = await warehouse.claimed_task()
    actor, use_cases = warehouse.authenticator, warehouse.authentication
    add = replace(
        use_cases.add_photo,
        pictures=SlowPictures(lambda: use_cases.give_verdict(actor, task.id, FAIL)),
    )

    with pytest.raises(TaskNotOpen):
        await add(actor, task.id, PHOTO)

    with pytest.raises(NotFound):
        await add.photos.open(photo_id(task.id, PHOTO), PhotoSize.FULL)


async def test_photo_that_came_too_late_stays_if_it_came_in_time_too(warehouse: Warehouse) -> None:
    task = await warehouse.claimed_task()
    actor, use_cases = warehouse.authenticator, warehouse.authentication

    async def twin_and_verdict() -> None:
        await use_cases.add_photo(actor, task.id, PHOTO)
        await use_cases.give_verdict(actor, task.id, FAIL)

    with pytest.raises(TaskNotOpen):
        await replace(use_cases.add_photo, pictures=SlowPictures(twin_and_verdict))(
            actor, task.id, PHOTO
        )

    [photo] = await use_cases.view_photos(actor, task.id)
    assert await use_cases.view_photos.open(actor, task.id, photo.id, PhotoSize.FULL) == PHOTO


async def test_pair_does_not_pass_with_a_photo_that_is_being_removed(warehouse: Warehouse) -> None:
    task = await warehouse.claimed_task()
    actor, use_cases = warehouse.authenticator, warehouse.authentication
    photo = await use_cases.add_photo(actor, task.id, PHOTO)
    refusals: list[Refusal] = []

    async def verdict() -> None:
        try:
            await use_cases.give_verdict(actor, task.id, replace(PASS, photos=()))
        except Refusal as refusal:
            refusals.append(refusal)

    await replace(use_cases.remove_photo, photos=SlowRemoval(verdict))(actor, task.id, photo.id)

    assert [type(refusal) for refusal in refusals] == [InvalidVerdict]
    assert await use_cases.view_photos(actor, task.id) == []


async def test_photo_stays_if_its_file_cannot_be_removed(warehouse: Warehouse) -> None:
    task = await warehouse.claimed_task()
    actor, use_cases = warehouse.authenticator, warehouse.authentication
    photo = await use_cases.add_photo(actor, task.id, PHOTO)

    async def away() -> None:
        raise Unavailable(what="the store of photos")

    with pytest.raises(Unavailable):
        await replace(use_cases.remove_photo, photos=SlowRemoval(away))(actor, task.id, photo.id)

    assert await use_cases.view_photos(actor, task.id) == [photo]
