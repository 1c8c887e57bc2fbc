"""What an order's buyer and seller are told on its way, as facts."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from .complaints import ComplaintKind
from .ids import OrderId, ProductId
from .market import AskFate, WithdrawalReason
from .money import Cents
from .notifications import Notice, NotificationKind, Shoe, Warehouse
from .orders import CancelReason, DeliveryProof


@dataclass(frozen=True, slots=True)
class TradeNotice(Notice):
    """The base of what is told of one order."""

    order: OrderId
    shoe: Shoe

    @property
    def order_id(self) -> OrderId:
        """The order."""
        return self.order

    @property
    def product_id(self) -> ProductId:
        """The product that was traded."""
        return self.shoe.book.product_id


@dataclass(frozen=True, slots=True)
class BidMatchedNotice(TradeNotice):
    """To the buyer: the bid met an ask, and `total` is charged now."""

    KIND: ClassVar[NotificationKind] = NotificationKind.BID_MATCHED
    price: Cents
    total: Cents


@dataclass(frozen=True, slots=True)
class AskMatchedNotice(TradeNotice):
    """To the seller: the ask met a bid; nothing is to be shipped before the buyer has paid."""

    KIND: ClassVar[NotificationKind] = NotificationKind.ASK_MATCHED
    price: Cents
    payout: Cents


@dataclass(frozen=True, slots=True)
class PaymentDeclinedNotice(TradeNotice):
    """To the buyer: the provider would not charge `total`, so the order is cancelled."""

    KIND: ClassVar[NotificationKind] = NotificationKind.PAYMENT_DECLINED
    total: Cents
    reason: str


@dataclass(frozen=True, slots=True)
class OrderConfirmedNotice(TradeNotice):
    """To the buyer: `total` is paid and in escrow, and the seller is to ship."""

    KIND: ClassVar[NotificationKind] = NotificationKind.ORDER_CONFIRMED
    price: Cents
    shipping: Cents
    total: Cents


@dataclass(frozen=True, slots=True)
class SaleConfirmedNotice(TradeNotice):
    """To the seller: what to ship, where, by when."""

    KIND: ClassVar[NotificationKind] = NotificationKind.SALE_CONFIRMED
    price: Cents
    payout: Cents
    ship_to: Warehouse
    ship_by: datetime


@dataclass(frozen=True, slots=True)
class OrderCancelledNotice(TradeNotice):
    """To the buyer: the order ended, why, what comes back (0 if nothing was paid) and what is kept.

    `charge_unknown` says that it is not known yet whether they were charged; a charge comes back.
    """

    KIND: ClassVar[NotificationKind] = NotificationKind.ORDER_CANCELLED
    reason: CancelReason
    note: str | None
    refund: Cents
    charge_unknown: bool = False
    kept: Cents = 0
    complaint: ComplaintKind | None = None
    """What the buyer had complained of, if the cancellation decided it."""


@dataclass(frozen=True, slots=True)
class SaleCancelledNotice(TradeNotice):
    """To the seller: the sale ended, why, what it costs them, and what became of ask and pair.

    `withdrawal` says why the ask was withdrawn, if it was. Notices from before this was told say
    nothing of the ask: it is None. `payout` is what the exchange pays for the pair where it bears
    the refund, and keeps the pair. A pair that is in the warehouse goes back: `returned`.
    """

    KIND: ClassVar[NotificationKind] = NotificationKind.SALE_CANCELLED
    reason: CancelReason
    note: str | None
    penalty: Cents
    ask: AskFate | None = None
    withdrawal: WithdrawalReason | None = None
    payout: Cents = 0
    returned: bool = False
    complaint: ComplaintKind | None = None
    """What the buyer had complained of, if the cancellation decided it."""


@dataclass(frozen=True, slots=True)
class OrderAuthPassedNotice(TradeNotice):
    """To the buyer: the pair is authentic."""

    KIND: ClassVar[NotificationKind] = NotificationKind.ORDER_AUTH_PASSED


@dataclass(frozen=True, slots=True)
class SaleAuthPassedNotice(TradeNotice):
    """To the seller: the pair is authentic; `payout` follows after delivery."""

    KIND: ClassVar[NotificationKind] = NotificationKind.SALE_AUTH_PASSED
    payout: Cents


@dataclass(frozen=True, slots=True)
class OrderAuthFailedNotice(TradeNotice):
    """To the buyer: the pair failed, and everything comes back."""

    KIND: ClassVar[NotificationKind] = NotificationKind.ORDER_AUTH_FAILED
    reason: str
    refund: Cents


@dataclass(frozen=True, slots=True)
class SaleAuthFailedNotice(TradeNotice):
    """To the seller: the pair failed and is sent back, and there is a penalty."""

    KIND: ClassVar[NotificationKind] = NotificationKind.SALE_AUTH_FAILED
    reason: str
    penalty: Cents


@dataclass(frozen=True, slots=True)
class OrderShippedNotice(TradeNotice):
    """To the buyer: the pair is on its way; `confirm` asks to confirm its delivery."""

    KIND: ClassVar[NotificationKind] = NotificationKind.ORDER_SHIPPED
    carrier: str
    tracking_number: str
    confirm: bool = True

    @property
    def once_for(self) -> None:
        """It may come back, and be sent again."""
        return None


@dataclass(frozen=True, slots=True)
class OrderDeliveredNotice(TradeNotice):
    """To the buyer: the pair was delivered, or counts as such, and until when they can complain.

    Who confirmed the delivery cannot complain any more that the pair did not arrive. Notices from
    before it was told who said so have no `proof`.
    """

    KIND: ClassVar[NotificationKind] = NotificationKind.ORDER_DELIVERED
    delivered_at: datetime
    complain_by: datetime | None = None
    proof: DeliveryProof | None = None


@dataclass(frozen=True, slots=True)
class SaleDeliveredNotice(TradeNotice):
    """To the seller: the pair was delivered, and when the payout is due."""

    KIND: ClassVar[NotificationKind] = NotificationKind.SALE_DELIVERED
    payout: Cents
    payout_due_at: datetime


@dataclass(frozen=True, slots=True)
class PayoutPaidNotice(TradeNotice):
    """To the seller: `amount` was paid, after `debt_settled` was kept back."""

    KIND: ClassVar[NotificationKind] = NotificationKind.PAYOUT_PAID
    amount: Cents
    debt_settled: Cents


@dataclass(frozen=True, slots=True)
class PayoutRefusedNotice(TradeNotice):
    """To the seller: the provider would not pay `amount`, and another account is needed."""

    KIND: ClassVar[NotificationKind] = NotificationKind.PAYOUT_REFUSED
    amount: Cents
    reason: str

    @property
    def once_for(self) -> None:
        """The next account may be refused too."""
        return None
