"""Notify users of events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.account_notices import NewSignInNotice
from ...ports.language.catalog import Product
from ...ports.language.events import (
    AlarmRaised,
    CostsRose,
    NotificationRequested,
    PayoutAccountRestricted,
    PriceDropped,
    QuotesWithdrawn,
    SignedInElsewhere,
    UserRegistered,
    WebhookEndpointDisabled,
)
from ...ports.language.ids import NotificationId, OrderId, ProductId, UserId
from ...ports.language.market import BookKey
from ...ports.language.notices import AlarmNotice
from ...ports.language.notifications import (
    Channel,
    CostsRoseNotice,
    Notice,
    Notification,
    PayoutAccountRestrictedNotice,
    PriceDroppedNotice,
    QuotesWithdrawnNotice,
    Recipient,
    Shoe,
    Warehouse,
    WebhookDisabledNotice,
    WelcomeNotice,
    WithdrawnOffer,
)
from ...ports.language.orders import Order
from ...ports.language.rules import MarketRules
from ...ports.notifications import Notifications
from ...ports.orders import Orders
from ...ports.outbox import Outbox
from ...ports.products import Products
from ...ports.templates import Templates
from ...ports.transaction import Transaction
from ...ports.users import Recipients
from .channels import usable_channels
from .notices import TradeNews, notice_to_buyer, notice_to_seller, shoe_of

News: TypeAlias = (
    UserRegistered
    | SignedInElsewhere
    | PriceDropped
    | QuotesWithdrawn
    | CostsRose
    | PayoutAccountRestricted
    | WebhookEndpointDisabled
    | AlarmRaised
    | TradeNews
)
"""Events that users are notified of."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the notices of some events tell, besides the events."""

    orders: Mapping[OrderId, Order]
    products: Mapping[ProductId, Product]
    admins: Sequence[Recipient]

    def shoe(self, book: BookKey) -> Shoe:
        return shoe_of(self.products[book.product_id], book)


@dataclass(frozen=True, slots=True)
class Notify:
    """Notifies the users whom events concern, over the channels that they want.

    The notification is stored with its facts and its rendered subject, and is in the app at once.
    The other channels are requested through the outbox and delivered later. If a user wants no
    channel for a kind, nothing is stored.
    """

    transaction: Transaction
    orders: Orders
    products: Products
    recipients: Recipients
    notifications: Notifications
    templates: Templates
    outbox: Outbox
    clock: Clock
    ids: Ids
    rules: MarketRules
    warehouse: Warehouse

    async def __call__(self, *events: News) -> None:
        """Notify the users of events, in their sequence.

        Duplicate events of an order notify its parties only once.
        """
        async with self.transaction():
            facts = await self._read(events)
            told = [one for event in events for one in self._notices(event, facts)]
            recipients = await self.recipients.of({user_id for user_id, _ in told})
            for user_id, notice in told:
                if recipient := recipients.get(user_id):
                    await self._tell(recipient, notice)

    async def _read(self, events: Sequence[News]) -> _Facts:
        order_ids = {id_ for event in events if (id_ := _order_of(event)) is not None}
        orders = await self.orders.look_up(order_ids) if order_ids else {}
        books = [order.book for order in orders.values()]
        books += [book for event in events for book in _books_of(event)]
        product_ids = {book.product_id for book in books}
        products = await self.products.look_up(product_ids) if product_ids else {}
        alarms = any(isinstance(event, AlarmRaised) for event in events)
        return _Facts(orders, products, await self.recipients.admins() if alarms else ())

    def _notices(self, event: News, facts: _Facts) -> Sequence[tuple[UserId, Notice]]:
        match event:
            case UserRegistered(user_id=user_id):
                return [(user_id, WelcomeNotice())]
            case SignedInElsewhere(user_id=user_id, at=at, program=program):
                return [(user_id, NewSignInNotice(at, program))]
            case PriceDropped(user_id=user_id, book=book):
                shoe = facts.shoe(book)
                return [(user_id, PriceDroppedNotice(shoe, event.wanted, event.lowest_ask))]
            case CostsRose(user_id=user_id, fees=fees, shipping=shipping):
                return [(user_id, CostsRoseNotice(fees, shipping))]
            case PayoutAccountRestricted(user_id=user_id, problem=why, due=due, deadline=until):
                return [(user_id, PayoutAccountRestrictedNotice(why, due, until))]
            case WebhookEndpointDisabled(user_id=user_id, because=because, failing_since=since):
                return [(user_id, WebhookDisabledNotice(event.endpoint_id, because, since))]
            case QuotesWithdrawn(user_id=user_id):
                return [(user_id, _withdrawn(event, facts))]
            case AlarmRaised():
                return _alarms(event, facts)
        order = facts.orders[event.order_id]
        shoe = facts.shoe(order.book)
        told = (
            (order.buyer_id, notice_to_buyer(event, order, shoe, self.rules, self.warehouse)),
            (order.seller_id, notice_to_seller(event, order, shoe, self.rules, self.warehouse)),
        )
        return [(user_id, notice) for user_id, notice in told if notice is not None]

    async def _tell(self, recipient: Recipient, notice: Notice) -> None:
        if recipient.closed and notice.order_id is None:
            return  # they are told of their running trades only
        channels = usable_channels(recipient, notice.KIND)
        if not channels:
            return
        user_id = recipient.user_id
        headline = self.templates.headline(notice, recipient)
        notification = Notification(
            id=NotificationId(self.ids.new()),
            user_id=user_id,
            notice=notice,
            subject=headline.subject,
            brief=headline.brief,
            in_app=Channel.IN_APP in channels,
            created_at=self.clock.now(),
        )
        await self.notifications.add(notification)
        # If the user already got this kind for the order, the request finds no notification.
        carried = sorted(channels - {Channel.IN_APP})
        await self.outbox.add(
            *(NotificationRequested(notification.id, c, user_id, notice.KIND) for c in carried)
        )


def _order_of(event: News) -> OrderId | None:
    match event:
        case UserRegistered() | PriceDropped() | CostsRose() | QuotesWithdrawn():
            return None
        case PayoutAccountRestricted() | WebhookEndpointDisabled() | SignedInElsewhere():
            return None
    return event.order_id


def _books_of(event: News) -> Sequence[BookKey]:
    """Return the books that an event names by itself."""
    match event:
        case PriceDropped(book=book):
            return [book]
        case QuotesWithdrawn(quotes=quotes):
            return [quote.book for quote in quotes]
    return ()


def _withdrawn(event: QuotesWithdrawn, facts: _Facts) -> QuotesWithdrawnNotice:
    offers = (WithdrawnOffer(q.side, facts.shoe(q.book), q.amount) for q in event.quotes)
    return QuotesWithdrawnNotice(event.reason, event.note, event.count, tuple(offers))


def _alarms(event: AlarmRaised, facts: _Facts) -> Sequence[tuple[UserId, Notice]]:
    """Return a notice to every admin, except the buyer and seller of the alarm's order."""
    parties: tuple[UserId, ...] = ()
    if event.order_id is not None:
        order = facts.orders[event.order_id]
        parties = order.buyer_id, order.seller_id
    notice = AlarmNotice(event.kind, event.order_id, event.note)
    return [(admin.user_id, notice) for admin in facts.admins if admin.user_id not in parties]
