"""Notify users of events."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.events import (
    AlarmRaised,
    CostsRose,
    NotificationRequested,
    PriceDropped,
    QuotesWithdrawn,
    UserRegistered,
)
from ...ports.language.ids import NotificationId, UserId
from ...ports.language.notices import AlarmNotice
from ...ports.language.notifications import (
    Channel,
    CostsRoseNotice,
    Notice,
    Notification,
    PriceDroppedNotice,
    QuotesWithdrawnNotice,
    Recipient,
    Warehouse,
    WelcomeNotice,
    WithdrawnOffer,
)
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
    UserRegistered | PriceDropped | QuotesWithdrawn | CostsRose | AlarmRaised | TradeNews
)
"""Events that users are notified of."""


@dataclass(frozen=True, slots=True)
class Notify:
    """Notifies the users whom an event concerns, over the channels that they want.

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

    async def __call__(self, event: News) -> None:
        """Notify the users. Duplicate events of an order notify its parties only once."""
        async with self.transaction():
            notices = await self._notices(event)
            recipients = await self.recipients.of({user_id for user_id, _ in notices})
            for user_id, notice in notices:
                if recipient := recipients.get(user_id):
                    await self._tell(recipient, notice)

    async def _notices(self, event: News) -> Sequence[tuple[UserId, Notice]]:
        match event:
            case UserRegistered(user_id=user_id):
                return [(user_id, WelcomeNotice())]
            case PriceDropped(user_id=user_id, book=book):
                shoe = shoe_of(await self.products.get(book.product_id), book)
                return [(user_id, PriceDroppedNotice(shoe, event.wanted, event.lowest_ask))]
            case CostsRose(user_id=user_id, fees=fees, shipping=shipping):
                return [(user_id, CostsRoseNotice(fees, shipping))]
            case QuotesWithdrawn(user_id=user_id):
                return [(user_id, await self._withdrawn(event))]
            case AlarmRaised():
                return await self._alarms(event)
        order = await self.orders.look_up(event.order_id)
        shoe = shoe_of(await self.products.get(order.book.product_id), order.book)
        told = (
            (order.buyer_id, notice_to_buyer(event, order, shoe, self.rules, self.warehouse)),
            (order.seller_id, notice_to_seller(event, order, shoe, self.rules, self.warehouse)),
        )
        return [(user_id, notice) for user_id, notice in told if notice is not None]

    async def _withdrawn(self, event: QuotesWithdrawn) -> QuotesWithdrawnNotice:
        product_ids = {quote.book.product_id for quote in event.quotes}
        products = {product_id: await self.products.get(product_id) for product_id in product_ids}
        offers = (
            WithdrawnOffer(q.side, shoe_of(products[q.book.product_id], q.book), q.amount)
            for q in event.quotes
        )
        return QuotesWithdrawnNotice(event.reason, event.note, event.count, tuple(offers))

    async def _alarms(self, event: AlarmRaised) -> Sequence[tuple[UserId, Notice]]:
        """Return a notice to every admin, except the buyer and seller of the alarm's order."""
        parties: tuple[UserId, ...] = ()
        if event.order_id is not None:
            order = await self.orders.look_up(event.order_id)
            parties = order.buyer_id, order.seller_id
        notice = AlarmNotice(event.kind, event.order_id, event.note)
        admins = await self.recipients.admins()
        return [(admin.user_id, notice) for admin in admins if admin.user_id not in parties]

    async def _tell(self, recipient: Recipient, notice: Notice) -> None:
        channels = usable_channels(recipient.preferences, notice.KIND)
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
