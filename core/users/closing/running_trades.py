"""What of a user's trades and money is not over."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from ....ports.language.ids import UserId
from ....ports.language.market import Side
from ....ports.language.orders import (
    FreezeReason,
    Order,
    OrderStatus,
    PaymentStatus,
    PayoutStatus,
    ReturnStatus,
)
from ....ports.language.paging import MAX_PAGE, PageRequest
from ....ports.language.payments import Account, PayoutState
from ....ports.language.users import CloseObstacle
from ....ports.orders import Orders
from ....ports.payments import Ledger, Payouts

_UNSHIPPED = (OrderStatus.PENDING, OrderStatus.CONFIRMED)
_NOT_RUNNING = (OrderStatus.DELIVERED, OrderStatus.CANCELLED, OrderStatus.AUTH_FAILED)
_MONEY_OWED = (PaymentStatus.PENDING, PaymentStatus.UNKNOWN, PaymentStatus.REFUND_DUE)
_PAYOUT_OWED = (PayoutStatus.HELD, PayoutStatus.FAILED)


def is_over(order: Order) -> bool:
    """Return whether nothing is left to do for an order: no pair, no money and no complaint."""
    if order.status not in _NOT_RUNNING or order.payment_status in _MONEY_OWED:
        return False
    if order.status is OrderStatus.DELIVERED and order.payout_status is PayoutStatus.NONE:
        return False
    is_settled = order.complaint is None or order.complaint.is_settled
    no_payout = order.payout_status not in _PAYOUT_OWED
    return is_settled and no_payout and order.return_status is not ReturnStatus.DUE


@dataclass(frozen=True, slots=True)
class RunningTrades:
    """Reads what of a user's trades and money is not over."""

    orders: Orders
    payouts: Payouts
    ledger: Ledger

    async def obstacles(self, user_id: UserId) -> set[CloseObstacle]:
        """Return why the user's account cannot be closed, as far as trades and money go.

        Trades that go on without the user are none.
        """
        found = set()
        if await self.ledger.balance(Account.debt(user_id)) < 0:
            found.add(CloseObstacle.DEBT)
        if any(each.state is PayoutState.REFUSED for each in await self.payouts.unpaid(user_id)):
            found.add(CloseObstacle.PAYOUT_REFUSED)
        async for order in self._of(user_id):
            if order.complaint is not None and not order.complaint.is_settled:
                found.add(CloseObstacle.COMPLAINT)
            if order.buyer_id == user_id and FreezeReason.DISPUTE in order.freezes:
                found.add(CloseObstacle.DISPUTE)
            if order.seller_id == user_id and order.status in _UNSHIPPED:
                found.add(CloseObstacle.SALE_NOT_SHIPPED)
        return found

    async def are_over(self, user_id: UserId) -> bool:
        """Return whether no trade and no money needs to know the user any more."""
        for account in (Account.debt(user_id), Account.payable(user_id)):
            if await self.ledger.balance(account):
                return False
        async for order in self._of(user_id):
            if not is_over(order):
                return False
        return True

    async def await_charge(self, user_id: UserId) -> bool:
        """Return whether an order of the user may still be charged to their card."""
        request = PageRequest(limit=1)
        pending = await self.orders.of_user(user_id, request, Side.BID, OrderStatus.PENDING)
        return bool(pending.items)

    async def _of(self, user_id: UserId) -> AsyncIterator[Order]:
        """Yield all orders of a user, newest first, as these are the most likely to run."""
        request = PageRequest(MAX_PAGE)
        while True:
            page = await self.orders.of_user(user_id, request)
            for order in page.items:
                yield order
            if page.next_cursor is None:
                return
            request = PageRequest(MAX_PAGE, page.next_cursor)
