"""Valid records of messages, deadlines and tasks, for the contract suites."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from solebook.ports.clock import Clock
from solebook.ports.ids import Ids
from solebook.ports.language.alarms import Alarm, AlarmKind
from solebook.ports.language.audit import Act, AuditAction, Target, parse_reason
from solebook.ports.language.authentication import AuthenticationTask, TaskStatus
from solebook.ports.language.deadlines import Deadline, DeadlineKind
from solebook.ports.language.events import UserRegistered
from solebook.ports.language.ids import (
    AlarmId,
    AlertId,
    MessageId,
    NotificationId,
    OrderId,
    ProductId,
    SubscriptionId,
    TaskId,
    UserId,
)
from solebook.ports.language.market import BookKey, Size
from solebook.ports.language.messages import Delivery, Message, Queue
from solebook.ports.language.notifications import (
    Channel,
    Notification,
    NotificationKind,
    NotificationPreferences,
    PushSubscription,
    Shoe,
    Unreachable,
    UnreachableAddress,
)
from solebook.ports.language.price_alerts import PriceAlert
from solebook.ports.language.trade_notices import OrderAuthPassedNotice

T = TypeVar("T")


@dataclass(slots=True)
class ToldRecords:
    """Makes records; keyword arguments replace their fields."""

    ids: Ids
    clock: Clock
    _number: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def instant(self) -> datetime:
        """Return the current instant with microseconds, which a store must not round away."""
        return self.clock.now() + timedelta(microseconds=123_457)

    # ---- ids -----------------------------------------------------------------------------

    def user_id(self) -> UserId:
        return UserId(self.ids.new())

    def order_id(self) -> OrderId:
        return OrderId(self.ids.new())

    def product_id(self) -> ProductId:
        return ProductId(self.ids.new())

    def book(self, product_id: ProductId | None = None, size: str = "9", **fields: Any) -> BookKey:
        return BookKey(product_id or self.product_id(), Size(size), **fields)

    # ---- what is told, due and to be done -------------------------------------------------

    def alarm(self, **fields: Any) -> Alarm:
        return made(
            Alarm,
            fields,
            id=AlarmId(self.ids.new()),
            kind=AlarmKind.PAIR_NOT_CLAIMED,
            order_id=self.order_id(),
            note="nobody has claimed it",
            raised_at=self.instant,
            last_at=self.instant,
        )

    def deadline(self, order_id: OrderId, **fields: Any) -> Deadline:
        return made(
            Deadline, fields, kind=DeadlineKind.PAYMENT, order_id=order_id, due_at=self.instant
        )

    def task(self, **fields: Any) -> AuthenticationTask:
        return made(
            AuthenticationTask,
            fields,
            id=TaskId(self.ids.new()),
            order_id=self.order_id(),
            buyer_id=self.user_id(),
            seller_id=self.user_id(),
            book=self.book(),
            status=TaskStatus.AWAITING_ITEM,
            created_at=self.instant,
        )

    def price_alert(self, book: BookKey, **fields: Any) -> PriceAlert:
        return made(
            PriceAlert,
            fields,
            id=AlertId(self.ids.new()),
            user_id=self.user_id(),
            book=book,
            price=20_000,
            created_at=self.instant,
        )

    def act(self, **fields: Any) -> Act:
        return made(
            Act,
            fields,
            actor_id=self.user_id(),
            action=AuditAction.SUSPENSION_SET,
            target=Target.user(self.user_id()),
            reason=parse_reason("sent two fakes in one week"),
            facts={"suspended": True},
        )

    def notice(self, order_id: OrderId | None = None) -> OrderAuthPassedNotice:
        shoe = Shoe(self.book(), "Testbrand Model One White/Crème", "TS-0001")
        return OrderAuthPassedNotice(order_id or self.order_id(), shoe)

    def notification(self, user_id: UserId, **fields: Any) -> Notification:
        return made(
            Notification,
            fields,
            id=NotificationId(self.ids.new()),
            user_id=user_id,
            notice=self.notice(),
            subject="Your pair is authentic",
            brief="Testbrand Model One White/Crème is authentic.",
            in_app=True,
            created_at=self.instant,
        )

    def preferences(self, user_id: UserId) -> NotificationPreferences:
        return NotificationPreferences(
            user_id,
            phone="+15550100",
            devices=("device-1", "device-2"),
            channels=(
                (NotificationKind.WELCOME, frozenset()),
                (NotificationKind.BID_MATCHED, frozenset(Channel)),
            ),
            unreachable=(
                UnreachableAddress(Channel.SMS, "+15550100", Unreachable.GONE, self.instant),
            ),
            subscriptions=(
                PushSubscription(
                    SubscriptionId(self.ids.new()), "https://example.com/1", "B", "A", self.instant
                ),
            ),
        )

    def event(self) -> UserRegistered:
        return UserRegistered(self.user_id())

    def message(self, **fields: Any) -> Message:
        event = self.event()
        return made(
            Message,
            fields,
            id=MessageId(self.ids.new()),
            key=event.key,
            event=event,
            occurred_at=self.instant,
        )

    def delivery(self, **fields: Any) -> Delivery:
        return made(
            Delivery,
            fields,
            id=MessageId(self.ids.new()),
            consumer="welcome",
            message=self.message(),
            attempts=1,
            due_at=self.instant,
            error="Unavailable: the mail server is unavailable",
            queue=Queue.TRADE,
        )


def made(kind: Callable[..., T], fields: dict[str, Any], /, **defaults: Any) -> T:
    return kind(**(defaults | fields))
