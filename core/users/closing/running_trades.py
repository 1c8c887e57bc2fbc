"""What of a user's trades and money is not over."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from ....ports.disputes import Disputes
from ....ports.language.ids import UserId
from ....ports.language.market import Side
from ....ports.language.orders import Order, OrderStatus
from ....ports.language.paging import MAX_PAGE, PageRequest
from ....ports.language.payments import Account, PayoutState
from ....ports.language.rules import MarketRules
from ....ports.language.users import CloseObstacle
from ....ports.orders import Orders
from ....ports.payments import Ledger, Payouts

_UNSHIPPED = (OrderStatus.PENDING, OrderStatus.CONFIRMED)


@dataclass(frozen=True, slots=True)
class RunningTrades:
    """Reads what of a user's trades and money is not over."""

    orders: Orders
    payouts: Payouts
    disputes: Disputes
    ledger: Ledger
    rules: MarketRules

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
            if order.buyer_id == user_id and await self._is_disputed(order):
                found.add(CloseObstacle.DISPUTE)
            if order.seller_id == user_id and order.status in _UNSHIPPED:
                found.add(CloseObstacle.SALE_NOT_SHIPPED)
        return found

    async def are_over(self, user_id: UserId, since: datetime, now: datetime) -> bool:
        """Return whether no trade and no money needs to know the user any more.

        `since` is an instant before now after which no order of theirs may have changed.
        """
        for account in (Account.debt(user_id), Account.payable(user_id)):
            if await self.ledger.balance(account):
                return False
        async for order in self._of(user_id):
            if order.updated_at > since or not self._is_over(order, user_id, now):
                return False
        async for order in self._of(user_id):  # apart, as it reads more
            if await self._is_disputed(order):
                return False
        return True

    def _is_over(self, order: Order, user_id: UserId, now: datetime) -> bool:
        """Return whether an order is over for one of its parties.

        A seller may be paid before the time to complain has passed. Until then a refund may still
        become their debt.
        """
        if not (order.is_over if order.seller_id == user_id else order.is_over_for_buyer):
            return False
        waits = max(self.rules.complaint_window, self.rules.payout_hold)
        return order.held_since is None or order.held_since + waits <= now

    async def _is_disputed(self, order: Order) -> bool:
        found = await self.disputes.of_order(order.id)
        return not all(dispute.is_settled for dispute in found)

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
