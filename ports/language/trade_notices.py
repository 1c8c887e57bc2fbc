"""Notices about orders to their buyers and sellers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from .complaints import ComplaintKind
from .ids import OrderId, ProductId
from .market import AskFate, WithdrawalReason
from .money import Cents
from .notifications import LINK, Notice, NotificationKind, Shoe, Warehouse
from .orders import CancelReason, DeliveryProof


@dataclass(frozen=True, slots=True)
class TradeNotice(Notice):
    """The base of the notices about one order."""

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
    """To the buyer: the bid matched an ask, and `total` is charged now."""

    KIND: ClassVar[NotificationKind] = NotificationKind.BID_MATCHED
    price: Cents
    total: Cents


@dataclass(frozen=True, slots=True)
class AskMatchedNotice(TradeNotice):
    """To the seller: the ask matched a bid. Nothing is to be shipped before the buyer has paid."""

    KIND: ClassVar[NotificationKind] = NotificationKind.ASK_MATCHED
    price: Cents
    payout: Cents


@dataclass(frozen=True, slots=True)
class PaymentNeedsBuyerNotice(TradeNotice):
    """To the buyer: the bank wants them to authenticate the charge of `total` at `url`, or the
    order is cancelled.
    """

    KIND: ClassVar[NotificationKind] = NotificationKind.PAYMENT_NEEDS_BUYER
    total: Cents
    url: str = field(repr=False, metadata=LINK)
    until: datetime


@dataclass(frozen=True, slots=True)
class PaymentDeclinedNotice(TradeNotice):
    """To the buyer: the provider declined to charge `total`, so the order is cancelled."""

    KIND: ClassVar[NotificationKind] = NotificationKind.PAYMENT_DECLINED
    total: Cents
    reason: str


@dataclass(frozen=True, slots=True)
class OrderConfirmedNotice(TradeNotice):
    """To the buyer: `total` is paid and in escrow, and the seller must ship."""

    KIND: ClassVar[NotificationKind] = NotificationKind.ORDER_CONFIRMED
    price: Cents
    shipping: Cents
    total: Cents


@dataclass(frozen=True, slots=True)
class SaleConfirmedNotice(TradeNotice):
    """To the seller: what to ship, where, and by when."""

    KIND: ClassVar[NotificationKind] = NotificationKind.SALE_CONFIRMED
    price: Cents
    payout: Cents
    ship_to: Warehouse
    ship_by: datetime


@dataclass(frozen=True, slots=True)
class OrderCancelledNotice(TradeNotice):
    """To the buyer: the order was cancelled, why, what is refunded (0 if nothing was paid) and what
    is kept.

    `charge_unknown` says that it is not known yet whether they were charged. A charge would be
    refunded.
    """

    KIND: ClassVar[NotificationKind] = NotificationKind.ORDER_CANCELLED
    reason: CancelReason
    note: str | None
    refund: Cents
    charge_unknown: bool = False
    kept: Cents = 0
    complaint: ComplaintKind | None = None
    """The kind of complaint that the cancellation decided, if any."""


@dataclass(frozen=True, slots=True)
class SaleCancelledNotice(TradeNotice):
    """To the seller: the sale was cancelled, why, what it costs, and what happened to ask and pair.

    `withdrawal` is why the ask was withdrawn, if it was. In older notices the ask is None. `payout`
    is what the exchange pays for the pair if it bears the refund and keeps the pair. `returned`
    says that a pair in the warehouse goes back.
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
    """The kind of complaint that the cancellation decided, if any."""


@dataclass(frozen=True, slots=True)
class OrderAuthPassedNotice(TradeNotice):
    """To the buyer: the pair is authentic."""

    KIND: ClassVar[NotificationKind] = NotificationKind.ORDER_AUTH_PASSED


@dataclass(frozen=True, slots=True)
class SaleAuthPassedNotice(TradeNotice):
    """To the seller: the pair is authentic. `payout` follows after the delivery."""

    KIND: ClassVar[NotificationKind] = NotificationKind.SALE_AUTH_PASSED
    payout: Cents


@dataclass(frozen=True, slots=True)
class OrderAuthFailedNotice(TradeNotice):
    """To the buyer: the pair failed, and everything is refunded."""

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
    """To the buyer: the pair was dispatched. `confirm` asks to confirm its delivery."""

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
    """To the buyer: the pair was delivered, or counts as delivered, and until when they can
    complain.

    A buyer who confirmed the delivery can no longer complain that the pair did not arrive. Older
    notices have no `proof`.
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
    """To the seller: `amount` was paid, after `debt_settled` was deducted."""

    KIND: ClassVar[NotificationKind] = NotificationKind.PAYOUT_PAID
    amount: Cents
    debt_settled: Cents


@dataclass(frozen=True, slots=True)
class PayoutRefusedNotice(TradeNotice):
    """To the seller: the provider refused to pay `amount`, and another account is needed."""

    KIND: ClassVar[NotificationKind] = NotificationKind.PAYOUT_REFUSED
    amount: Cents
    reason: str

    @property
    def once_for(self) -> None:
        """The next account may be refused too."""
        return None
