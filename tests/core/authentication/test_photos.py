"""Photos of a review, and how long they are kept."""

from datetime import timedelta

from solebook.ports.language.errors import NotFound
from solebook.ports.language.ids import OrderId
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.photos import PhotoSize, ReviewPhoto, photo_id
from solebook.ports.language.retention import Retention

from ...exchange import Exchange
from ..payments.disputes.stories import decide, dispute

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
