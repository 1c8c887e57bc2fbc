"""The ports to stored payments, declines, payouts, the ledger, seller records and webhooks."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from .language.ids import OrderId, UserId
from .language.ledger_lines import LedgerLine
from .language.market import BookView
from .language.money import Cents
from .language.orders import Fees
from .language.paging import Page, PageRequest
from .language.payment_actions import PaymentAction
from .language.payments import (
    Account,
    AccountKind,
    Cost,
    Decline,
    Entry,
    Payment,
    Payout,
    Proceeds,
    Quarter,
    SalesVolume,
    TradePreview,
    Transfer,
    Webhook,
    WebhookKind,
)
from .language.reconciliation import Posted
from .language.users import BidBar


class Payments(Protocol):
    """Payments, one per order. Writes need a transaction."""

    async def find(self, order_id: OrderId) -> Payment | None:
        """Return the order's payment, locked until the end of a transaction, or None.

        If there is none, nothing is locked, and another transaction may open it.
        """
        ...

    async def look_up(self, order_ids: Collection[OrderId]) -> Mapping[OrderId, Payment]:
        """Return the payments of the orders that have one, without locking them."""
        ...

    async def order_of(self, charge_id: str) -> OrderId | None:
        """Return the order that a charge paid for, without a lock."""
        ...

    async def open_or_lock(self, payment: Payment) -> Payment:
        """Store the order's payment if it has none. Return the order's payment, locked until the
        end.

        If several transactions open one concurrently, the first stores its own. The others wait for
        it to end and get that payment.
        """
        ...

    async def save(self, payment: Payment) -> None:
        """Replace the order's payment, which must exist (AssertionError)."""
        ...


class Declines(Protocol):
    """Declined charges, and the users who are barred from bidding because of them.

    Writes need a transaction. Adding or forgiving a buyer's declines locks them until its end, so
    that decisions based on them stay valid.
    """

    async def add(self, decline: Decline) -> bool:
        """Store an order's decline. Return False and change nothing if there is one."""
        ...

    async def since(self, buyer_id: UserId, instant: datetime) -> Sequence[Decline]:
        """Return the buyer's unforgiven declines after an instant, newest first, up to 100."""
        ...

    async def bar(self, bar: BidBar) -> None:
        """Bar a buyer from bidding. It replaces an earlier bar."""
        ...

    async def find_bar(self, buyer_id: UserId) -> BidBar | None:
        """Return the buyer's bar, which may have ended, or None."""
        ...

    async def forgive(self, buyer_id: UserId, at: datetime) -> int:
        """Forgive the buyer's declines so far, lift the bar, and return the number of declines."""
        ...


class Payouts(Protocol):
    """Payouts, one per order. Writes need a transaction."""

    async def find(self, order_id: OrderId) -> Payout | None:
        """Return the order's payout, locked until the end of a transaction, or None.

        If there is none, nothing is locked, and another transaction may open it.
        """
        ...

    async def order_of(self, payout_id: str) -> OrderId | None:
        """Return the order whose latest payout has this name at the provider, without a lock."""
        ...

    async def open_or_lock(self, payout: Payout) -> Payout:
        """Store the order's payout if it has none. Return the order's payout, locked until the end.

        If several transactions open one concurrently, the first stores its own. The others wait for
        it to end and get that payout.
        """
        ...

    async def save(self, payout: Payout) -> None:
        """Replace the order's payout, which must exist (AssertionError)."""
        ...

    async def unpaid(self, seller_id: UserId) -> Sequence[Payout]:
        """Return the seller's due or refused payouts, at most a thousand."""
        ...

    async def of_seller(self, seller_id: UserId, request: PageRequest) -> Page[Payout]:
        """Return a page of the seller's payouts, newest order first."""
        ...


class Ledger(Protocol):
    """The append-only double-entry ledger. Writes need a transaction."""

    async def post(self, transfer: Transfer) -> bool:
        """Append a transfer. Return False and change nothing if its id exists."""
        ...

    async def append(self, transfer: Transfer) -> None:
        """Append a transfer whose id is new, because a lock of the caller rules out another one.

        Raises AssertionError, at once or at the end of the transaction, if the id exists.
        """
        ...

    async def find(self, transfer_id: str) -> Transfer | None:
        """Return the transfer with this id, or None."""
        ...

    async def balance(self, account: Account) -> Cents:
        """Return the balance of an account, for display. Decisions must use `lock`."""
        ...

    async def lock(self, *accounts: Account) -> Sequence[Cents]:
        """Return the balance of each account, and lock them for decisions until the transaction
        ends.

        Other transactions that lock one of them wait. Transfers that do not depend on the balance
        do not wait.
        """
        ...

    async def lock_used(self, account: Account) -> Cents | None:
        """Lock an account like `lock`. Return its balance, or None if it has never been used."""
        ...

    async def open_accounts(
        self, kind: AccountKind, limit: int, after: str = ""
    ) -> Sequence[tuple[str, Cents]]:
        """Return owners and balances of the accounts of a kind with a non-zero balance.

        They are sorted by owner, up to `limit` after the given one.
        """
        ...

    async def moved_after(self, sequence: int, limit: int) -> Sequence[Posted]:
        """Return up to `limit` transfers that moved money at the provider, in sequence.

        The first has a higher sequence than the given one. A transfer with a lower sequence may
        appear later, from a transaction that began earlier.
        """
        ...

    async def lines(self, account: Account, limit: int, after: int = 0) -> Sequence[LedgerLine]:
        """Return up to `limit` entries of an account, oldest first, after a sequence."""
        ...

    async def totals(self) -> dict[AccountKind, Cents]:
        """Return the total of each kind of account that was ever used."""
        ...

    async def entries(self, order_id: OrderId) -> Sequence[Entry]:
        """Return all entries of an order, oldest first."""
        ...


class SellerRecords(Protocol):
    """Completed sales by seller and quarter. Writes need a transaction."""

    async def add(self, seller_id: UserId, quarter: Quarter, price: Cents) -> None:
        """Count one more completed sale."""
        ...

    async def remove(self, seller_id: UserId, quarter: Quarter, price: Cents) -> bool:
        """Remove one completed sale from the count.

        Return False and change nothing if there is none.
        """
        ...

    async def of(
        self, seller_ids: Collection[UserId], quarters: Collection[Quarter]
    ) -> Mapping[tuple[UserId, Quarter], SalesVolume]:
        """Return the sellers' sales in the quarters, without those that are zero."""
        ...


class Webhooks(Protocol):
    """The payment provider's events, each stored once. Writes need a transaction."""

    async def store(self, event: Webhook) -> bool:
        """Store an event. Return False if its id exists."""
        ...

    async def get(self, webhook_id: str) -> Webhook:
        """Return a stored event."""
        ...

    async def replace(self, event: Webhook) -> None:
        """Replace a stored event by another reading of the same body."""
        ...

    async def most(self, kind: WebhookKind, reference: str) -> Cents:
        """Return the greatest amount in an event of this kind about this refund or payout, or 0."""
        ...


class FeeSchedule(Protocol):
    """The fees of trades. Orders asks, payments answers."""

    async def quote(self, sales: Sequence[tuple[UserId, Cents]]) -> Sequence[Fees]:
        """Return the fees of each (seller, price), in the same order, at the sellers' current
        levels.
        """
        ...


class PaymentActions(Protocol):
    """What buyers must do to pay."""

    async def of(self, order_id: OrderId) -> PaymentAction | None:
        """Return what the order's buyer must still do, without a lock, or None."""
        ...


class TradePreviews(Protocol):
    """What trades would pay or cost, at the best prices of a book or at any price.

    Bidding asks, payments answers.
    """

    async def __call__(self, seller_id: UserId | None, book: BookView) -> TradePreview:
        """Return what trades at the best prices would pay or cost the user, or an anonymous one."""
        ...

    async def proceeds(self, seller_id: UserId | None, price: Cents) -> Proceeds:
        """Return what a sale at a price would bring the user, or an anonymous one."""
        ...

    def cost(self, price: Cents) -> Cost:
        """Return what a purchase at a price would cost."""
        ...
