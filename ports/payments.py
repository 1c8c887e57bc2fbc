"""The ports to stored payments, payouts, sellers' records and the ledger."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from .language.ids import OrderId, UserId
from .language.market import BookView
from .language.money import Cents
from .language.orders import Fees
from .language.paging import Page, PageRequest
from .language.payments import (
    Account,
    AccountKind,
    Decline,
    Entry,
    GatewayEvent,
    GatewayEventKind,
    Payment,
    Payout,
    Quarter,
    SalesVolume,
    TradePreview,
    Transfer,
)
from .language.users import BidBar


class Payments(Protocol):
    """One payment an order. Writes need a transaction."""

    async def find(self, order_id: OrderId) -> Payment | None:
        """Return the order's payment, locked until the end of a transaction.

        Where there is none, nothing is locked: another transaction may open it meanwhile.
        """
        ...

    async def order_of(self, charge_id: str) -> OrderId | None:
        """Return the order that was paid by a charge. It locks nothing."""
        ...

    async def open_or_lock(self, payment: Payment) -> Payment:
        """Store the order's payment if it has none. Return the order's, locked until the end.

        Of transactions that open one at once the first stores its own. The others wait for its end
        and get that payment.
        """
        ...

    async def save(self, payment: Payment) -> None:
        """Replace the order's payment, which was opened (else AssertionError)."""
        ...


class Declines(Protocol):
    """Charges that the provider declined, and who may not bid because of them.

    Writes need a transaction. Whoever adds or forgives a buyer's declines keeps others who would do
    so out until its end: what it reads of them stays true.
    """

    async def add(self, decline: Decline) -> bool:
        """Store an order's decline; return False, and change nothing, if there is one."""
        ...

    async def since(self, buyer_id: UserId, instant: datetime) -> Sequence[Decline]:
        """Return the buyer's declines after an instant that were not forgiven, newest first.

        There are at most a hundred.
        """
        ...

    async def bar(self, bar: BidBar) -> None:
        """Keep a buyer from bidding, in place of an earlier bar."""
        ...

    async def find_bar(self, buyer_id: UserId) -> BidBar | None:
        """Return the buyer's bar, which may be over."""
        ...

    async def forgive(self, buyer_id: UserId, at: datetime) -> int:
        """Forgive what was declined so far, lift the bar, and return how many declines it were."""
        ...


class Payouts(Protocol):
    """One payout an order. Writes need a transaction."""

    async def find(self, order_id: OrderId) -> Payout | None:
        """Return the order's payout, locked until the end of a transaction.

        Where there is none, nothing is locked: another transaction may open it meanwhile.
        """
        ...

    async def order_of(self, payout_id: str) -> OrderId | None:
        """Return the order whose latest payout the provider calls so. It locks nothing."""
        ...

    async def open_or_lock(self, payout: Payout) -> Payout:
        """Store the order's payout if it has none. Return the order's, locked until the end.

        Of transactions that open one at once the first stores its own. The others wait for its end
        and get that payout.
        """
        ...

    async def save(self, payout: Payout) -> None:
        """Replace the order's payout, which was opened (else AssertionError)."""
        ...

    async def unpaid(self, seller_id: UserId) -> Sequence[Payout]:
        """Return the seller's payouts that are due or were refused, up to a thousand of them."""
        ...

    async def of_seller(self, seller_id: UserId, request: PageRequest) -> Page[Payout]:
        """Return a page of the seller's payouts, newest first (by order)."""
        ...


class Ledger(Protocol):
    """The double-entry ledger: append-only. Writes need a transaction."""

    async def post(self, transfer: Transfer) -> bool:
        """Append a transfer; return False, and change nothing, if one with its id is there."""
        ...

    async def find(self, transfer_id: str) -> Transfer | None:
        """Return the transfer with this id, if there is one."""
        ...

    async def balance(self, account: Account) -> Cents:
        """Return what is in an account. Whoever decides by it asks `lock`."""
        ...

    async def lock(self, *accounts: Account) -> Sequence[Cents]:
        """Return what is in each account, as only this transaction may decide by until its end.

        Others that lock one of them wait. Who moves money whatever the balance does not wait.
        """
        ...

    async def open_accounts(
        self, kind: AccountKind, limit: int, after: str = ""
    ) -> Sequence[tuple[str, Cents]]:
        """Return owners and balances of the accounts of a kind that are not at zero.

        They come by owner, up to `limit` of those after one.
        """
        ...

    async def totals(self) -> dict[AccountKind, Cents]:
        """Return the total of each kind of account that was ever used."""
        ...

    async def entries(self, order_id: OrderId) -> Sequence[Entry]:
        """Return every entry made for an order, in the order of their making."""
        ...


class SellerRecords(Protocol):
    """Completed sales by seller and quarter. Writes need a transaction."""

    async def add(self, seller_id: UserId, quarter: Quarter, price: Cents) -> None:
        """Count one more completed sale."""
        ...

    async def remove(self, seller_id: UserId, quarter: Quarter, price: Cents) -> bool:
        """Count one completed sale less; return False, and change nothing, if it is not there."""
        ...

    async def of(
        self, seller_ids: Collection[UserId], quarters: Collection[Quarter]
    ) -> Mapping[tuple[UserId, Quarter], SalesVolume]:
        """Return what the sellers sold in the quarters; nothing sold is left out."""
        ...


class Webhooks(Protocol):
    """The payment provider's events, each stored once. Writes need a transaction."""

    async def store(self, event: GatewayEvent) -> bool:
        """Store an event; return False if one with its id is stored already."""
        ...

    async def get(self, event_id: str) -> GatewayEvent:
        """Return a stored event."""
        ...

    async def has(self, kind: GatewayEventKind, reference: str) -> bool:
        """Return whether an event of this kind was stored about this refund or payout."""
        ...


class FeeSchedule(Protocol):
    """What trades cost, asked by orders, answered by payments."""

    async def quote(self, sales: Sequence[tuple[UserId, Cents]]) -> Sequence[Fees]:
        """Return the fees of each (seller, price), in their order, by the sellers' levels now."""
        ...


class TradePreviews(Protocol):
    """What bidding asks payments: what trades at the best prices of a book bring or cost."""

    async def __call__(self, seller_id: UserId | None, book: BookView) -> TradePreview:
        """Return what the best prices mean to the one who asks, or to somebody unknown."""
        ...
