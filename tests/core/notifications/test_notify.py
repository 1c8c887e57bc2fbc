"""Notifications are stored, and their channels requested."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.core.notifications.notify import Notify
from solebook.ports.language.alarms import AlarmKind
from solebook.ports.language.errors import NotFound
from solebook.ports.language.events import (
    AlarmRaised,
    MatchCreated,
    NotificationRequested,
    PriceDropped,
    QuotesWithdrawn,
    UserRegistered,
)
from solebook.ports.language.ids import AlertId, OrderId, UserId
from solebook.ports.language.market import Side, WithdrawalReason, WithdrawnQuote
from solebook.ports.language.notifications import (
    Channel,
    Notification,
    NotificationKind,
    NotificationPreferences,
    PriceDroppedNotice,
    QuotesWithdrawnNotice,
    Shoe,
    WelcomeNotice,
    WithdrawnOffer,
)
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.trade_notices import BidMatchedNotice
from solebook.ports.language.users import Role, User

from ...ports.records import Records
from ...ports.shard import Shard
from .messengers import Messengers, delivering, notifying


@pytest.fixture
def notify(store: Store, clock: VirtualClock, ids: SeededIds) -> Notify:
    return notifying(store, clock, ids)


@pytest.fixture
async def joined(store: Store, user: User) -> UserRegistered:
    async with store.transaction():
        await store.users.add(user)
    return UserRegistered(user.id)


async def listed(store: Store, user_id: UserId) -> tuple[Notification, ...]:
    return (await store.notifications.of_user(user_id, PageRequest())).items


PROVEN = datetime(2026, 3, 1, tzinfo=UTC)


async def requested(store: Store) -> list[tuple[NotificationRequested, str]]:
    """Return the requested deliveries and their message keys."""
    return [
        (message.event, message.key)
        for message in await store.outbox.unsent(100)
        if isinstance(message.event, NotificationRequested)
    ]


async def prefer(store: Store, user_id: UserId, *channels: Channel) -> None:
    """Set a user's channels for every kind, with a phone and a device."""
    chosen = tuple((kind, frozenset(channels)) for kind in NotificationKind)
    async with store.transaction():
        await store.preferences.put(
            NotificationPreferences(
                user_id, "+15550100", ("device-1",), chosen, phone_proven_at=PROVEN
            )
        )


async def test_a_new_user_is_welcomed_in_the_inbox_and_by_email(
    store: Store, notify: Notify, clock: VirtualClock, joined: UserRegistered
) -> None:
    await notify(joined)
    (welcome,) = await listed(store, joined.user_id)
    assert welcome == Notification(
        id=welcome.id,
        user_id=joined.user_id,
        notice=WelcomeNotice(),
        subject="Welcome",
        brief="Welcome",
        in_app=True,
        created_at=clock.now(),
    )
    kind = NotificationKind.WELCOME
    email = NotificationRequested(welcome.id, Channel.EMAIL, joined.user_id, kind)
    assert await requested(store) == [(email, str(welcome.id))]


async def test_each_channel_is_requested_separately(
    store: Store, notify: Notify, joined: UserRegistered
) -> None:
    await prefer(store, joined.user_id, *Channel)
    await notify(joined)
    (welcome,) = await listed(store, joined.user_id)
    assert [event for event, _ in await requested(store)] == [
        NotificationRequested(welcome.id, channel, joined.user_id, NotificationKind.WELCOME)
        for channel in (Channel.EMAIL, Channel.PUSH, Channel.SMS)
    ]


async def test_a_notification_not_wanted_in_the_inbox_is_stored_for_its_messengers_only(
    store: Store, notify: Notify, joined: UserRegistered
) -> None:
    await prefer(store, joined.user_id, Channel.SMS)
    await notify(joined)
    assert await listed(store, joined.user_id) == ()
    ((event, _),) = await requested(store)
    assert event.channel is Channel.SMS
    stored = await store.notifications.find(event.notification_id)
    assert stored is not None
    assert not stored.in_app


async def test_a_notification_wanted_only_in_the_inbox_requests_no_delivery(
    store: Store, notify: Notify, joined: UserRegistered
) -> None:
    await prefer(store, joined.user_id, Channel.IN_APP)
    await notify(joined)
    assert len(await listed(store, joined.user_id)) == 1
    assert await requested(store) == []


async def test_without_channels_nothing_is_stored(
    store: Store, notify: Notify, clock: VirtualClock, joined: UserRegistered
) -> None:
    await prefer(store, joined.user_id)
    await notify(joined)
    assert await requested(store) == []
    assert await listed(store, joined.user_id) == ()
    async with store.transaction():
        assert await store.notifications.forget(clock.now() + timedelta(days=1)) == 0


async def test_a_deleted_user_is_not_notified(
    store: Store, notify: Notify, records: Records
) -> None:
    await notify(UserRegistered(records.user_id()))
    assert await requested(store) == []


async def test_a_price_alert_notifies_at_each_crossing(
    store: Store, notify: Notify, records: Records, clock: VirtualClock, joined: UserRegistered
) -> None:
    product = records.product()
    book = records.book(product.id)
    async with store.transaction():
        await store.products.add(product)
    event = PriceDropped(
        alert_id=AlertId(records.quote_id()),
        user_id=joined.user_id,
        book=book,
        wanted=20_000,
        lowest_ask=19_000,
        dropped_at=clock.now(),
    )
    await notify(event)
    await notify(replace(event, lowest_ask=18_000))
    shoe = Shoe(book, "Testbrand Model One White/Crème", product.style_code)
    assert [told.notice for told in await listed(store, joined.user_id)] == [
        PriceDroppedNotice(shoe, wanted=20_000, lowest_ask=18_000),
        PriceDroppedNotice(shoe, wanted=20_000, lowest_ask=19_000),
    ]


async def test_withdrawn_quotes_cause_one_notification_per_event(
    store: Store, notify: Notify, records: Records, joined: UserRegistered
) -> None:
    product, another = records.product(), records.product(style_code="AB-2", model="Model Two")
    async with store.transaction():
        await store.products.add(product)
        await store.products.add(another)
    bid = records.bid(records.book(product.id), user_id=joined.user_id)
    ask = records.ask(records.book(another.id), user_id=joined.user_id)
    event = QuotesWithdrawn(
        user_id=joined.user_id,
        reason=WithdrawalReason.ADMIN,
        note="the wrong shoe is shown",
        count=7,
        quotes=tuple(WithdrawnQuote(q.id, q.side, q.book, q.amount) for q in (bid, ask)),
    )
    await notify(event)
    await notify(event)
    shoes = [
        Shoe(q.book, f"Testbrand Model {n} White/Crème", p.style_code)
        for q, n, p in ((bid, "One", product), (ask, "Two", another))
    ]
    notice = QuotesWithdrawnNotice(
        WithdrawalReason.ADMIN,
        "the wrong shoe is shown",
        7,
        (
            WithdrawnOffer(Side.BID, shoes[0], bid.amount),
            WithdrawnOffer(Side.ASK, shoes[1], ask.amount),
        ),
    )
    assert [told.notice for told in await listed(store, joined.user_id)] == [notice, notice]


async def test_duplicate_events_of_an_order_notify_once(
    store: Store, notify: Notify, records: Records, clock: VirtualClock, messengers: Messengers
) -> None:
    product = records.product()
    async with store.transaction():
        await store.products.add(product)
    shard = Shard(store, records, await store.books.take(0, clock.now()))
    opened = await shard.trade(records.book(product.id))
    order = opened.order
    seller = records.user(id=order.seller_id)
    async with store.transaction():
        await store.users.add(records.user(id=order.buyer_id))
        await store.users.add(seller)
    (event,) = opened.events
    assert isinstance(event, MatchCreated)
    for _ in range(3):
        await notify(event)
    for request, _ in await requested(store):
        await delivering(store, messengers)(request)
    (matched,) = await listed(store, order.buyer_id)
    assert isinstance(matched.notice, BidMatchedNotice)
    assert matched.notice.total == order.buyer_total
    assert len(await listed(store, order.seller_id)) == 1
    assert messengers.counts == (2, 0, 0)


async def test_events_at_once_notify_like_one_after_the_other(
    store: Store, notify: Notify, records: Records, clock: VirtualClock, joined: UserRegistered
) -> None:
    product = records.product()
    async with store.transaction():
        await store.products.add(product)
    shard = Shard(store, records, await store.books.take(0, clock.now()))
    trades = [await shard.trade(records.book(product.id)) for _ in range(2)]
    parties = [party for it in trades for party in (it.order.buyer_id, it.order.seller_id)]
    admin = records.user(roles=frozenset({Role.ADMIN}))
    async with store.transaction():
        await store.users.add(admin)
        for user_id in parties:
            await store.users.add(records.user(id=user_id))
    events = [event for it in trades for event in it.events if isinstance(event, MatchCreated)]
    alarm = AlarmRaised(AlarmKind.PAIR_NOT_CLAIMED, trades[0].order.id, "nobody has claimed it")
    withdrawn = QuotesWithdrawn(
        user_id=joined.user_id, reason=WithdrawalReason.ADMIN, note="", count=0, quotes=()
    )
    await notify(joined, events[0], alarm, events[1], events[0], withdrawn)
    kinds = NotificationKind
    assert [(request.user_id, request.kind) for request, _ in await requested(store)] == [
        (joined.user_id, kinds.WELCOME),
        (parties[0], kinds.BID_MATCHED),
        (parties[1], kinds.ASK_MATCHED),
        (admin.id, kinds.ALARM),
        (parties[2], kinds.BID_MATCHED),
        (parties[3], kinds.ASK_MATCHED),
        (parties[0], kinds.BID_MATCHED),
        (parties[1], kinds.ASK_MATCHED),
        (joined.user_id, kinds.QUOTES_WITHDRAWN),
    ]
    counts = [len(await listed(store, user_id)) for user_id in (*parties, admin.id, joined.user_id)]
    assert counts == [1, 1, 1, 1, 1, 2]


async def test_an_event_of_an_unknown_order_fails_and_notifies_nobody(
    store: Store, notify: Notify, records: Records, clock: VirtualClock
) -> None:
    user_id, quote_id = records.user_id(), records.quote_id()
    event = MatchCreated(
        order_id=OrderId(quote_id),
        bid_id=quote_id,
        ask_id=quote_id,
        buyer_id=user_id,
        seller_id=user_id,
        book=records.book(),
        price=20_000,
        matched_at=clock.now(),
    )
    with pytest.raises(NotFound):
        await notify(event)
    assert await requested(store) == []
