"""Checks after each step of a story that no user is harmed."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from solebook.adapters.embedded.calls import Call
from solebook.adapters.embedded.operations import Operation
from solebook.adapters.embedded.outcomes import Outcome
from solebook.core.payments.transfers import debt, escrow, losses, payable
from solebook.ports.language.complaints import Bearer, ComplaintKind, ComplaintState
from solebook.ports.language.deadlines import DeadlineKind
from solebook.ports.language.ids import OrderId, UserId
from solebook.ports.language.orders import (
    CancelReason,
    DeliveryProof,
    FreezeReason,
    Order,
    OrderStatus,
    PaymentStatus,
    PayoutStatus,
)
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.payments import PayoutState
from solebook.ports.language.steps import (
    Cancelled,
    ComplaintUpheld,
    Confirmed,
    OrderStep,
    PairArrived,
    RecordedStep,
    RefundGranted,
    SellerShipped,
)

from ...exchange import Exchange

NOT_CHARGED = (PaymentStatus.ABANDONED, PaymentStatus.DECLINED)
PAID_BACK = (PaymentStatus.REFUND_DUE, PaymentStatus.REFUNDED)
ENDED = (OrderStatus.CANCELLED, OrderStatus.AUTH_FAILED)
AGES = timedelta(days=3_650)


class Harms:
    """Compares the orders with the provider's records, and with the state of the last step."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.books = exchange.line.beyond
        self.seen: set[str] = set()
        """The keys of all requests to the provider."""
        self.frozen: set[OrderId] = set()
        self.over: set[OrderId] = set()
        self.on_its_way: set[OrderId] = set()
        """Orders whose charge was requested but had not reached the provider."""

    async def check(self) -> None:
        """Assert that nobody is harmed."""
        orders = await self.exchange.orders()
        calls = await self._calls()
        under_way = await self._under_way()
        for order in orders:
            history = await self.exchange.store.orders.history(order.id)
            of_order = calls.get(order.id, [])
            self._check_once(order, of_order)
            await self._check_end(order, history, of_order)
            await self._check_penalty(order, history)
            _check_complaint(order, history)
            kept = _kept(order, of_order)
            assert kept == 0 or order.id in under_way, f"{kept} cents are kept of {order}"
        await self._check_new(orders, calls)
        await self._check_declines(calls)
        await self._check_accounts(orders)

    # ---- the provider --------------------------------------------------------------------

    async def _calls(self) -> dict[OrderId, list[Call]]:
        """Return the requests for each order, even if the connection is cut."""
        calls = await self.books.consult(
            lambda provider: [
                (provider.order_of(call), call)
                for call in provider.calls
                if not call.request.operation.is_about_cards
            ]
        )
        of_orders = defaultdict[OrderId, list[Call]](list)
        for order_id, call in calls:
            assert order_id is not None, call
            of_orders[order_id].append(call)
        return of_orders

    @staticmethod
    def _check_once(order: Order, calls: Sequence[Call]) -> None:
        done = [call.request.operation for call in calls if call.took_effect]
        assert len(done) == len(set(done)), f"charged, refunded or paid out twice: {order}"

    async def _check_new(self, orders: Sequence[Order], calls: dict[OrderId, list[Call]]) -> None:
        """Assert that no ended order was charged, and no frozen or ended one was paid out.

        Requests from before the end or the freeze may still take effect.
        """
        keys = set[str]()
        for order_id, of_order in calls.items():
            for call in of_order:
                keys.add(call.request.key)
                if call.request.key in self.seen or call.request.key.startswith("dashboard"):
                    continue
                operation = call.request.operation
                assert operation is not Operation.PAYOUT or order_id not in self.frozen, call
                too_late = order_id in self.over - self.on_its_way
                assert operation is not Operation.CHARGE or not too_late, call
        self.seen = keys
        self.frozen = {
            order.id for order in orders if order.freezes and not await self._is_asked_for(order)
        }
        self.over = {order.id for order in orders if order.status in ENDED}

    async def _is_asked_for(self, order: Order) -> bool:
        """Whether the payout was requested and is unanswered."""
        payout = await self.exchange.store.payouts.find(order.id)
        return payout is not None and payout.state is PayoutState.DUE

    async def _under_way(self) -> set[OrderId]:
        """Return the orders whose refund a message, a deadline or an admin will continue."""
        store, far = self.exchange.store, self.exchange.clock.now() + AGES
        messages = list(await store.outbox.unsent(1_000))
        messages.extend(
            delivery.message
            for delivery in await self.exchange.waiting()
            if delivery.consumer.startswith(("payments.", "orders."))
        )
        told = {OrderId(m.event.order_id) for m in messages if hasattr(m.event, "order_id")}
        deadlines = await store.deadlines.due(far, 10_000)
        alarms = await store.alarms.page(PageRequest(limit=100), open_only=True)
        return (
            told
            | {d.order_id for d in deadlines if d.kind is DeadlineKind.REFUND}
            | {alarm.order_id for alarm in alarms.items if alarm.order_id is not None}
        )

    # ---- blame ---------------------------------------------------------------------------

    async def _check_end(
        self, order: Order, history: Sequence[RecordedStep], calls: Sequence[Call]
    ) -> None:
        """Assert that an order ended for its stated reason, and was not charged later."""
        if order.status is not OrderStatus.CANCELLED:
            return
        payment = await self.exchange.payment(order.id)
        ended_at, rules = _at(history, Cancelled, ComplaintUpheld), self.exchange.app.rules
        assert payment.attempted_at is None or payment.attempted_at <= ended_at, order
        match order.cancel_reason:
            case CancelReason.PAYMENT_DECLINED:
                assert _declined(calls), order
            case CancelReason.PAYMENT_OVERDUE:
                assert payment.answered_at is not None, "who was not asked is not blamed"
                assert payment.answered_at + rules.payment_window <= ended_at, order
            case CancelReason.GIVEN_UP:
                assert order.matched_at + rules.give_up_after <= ended_at, order
            case CancelReason.SHIPMENT_OVERDUE:
                assert _at(history, Confirmed) + timedelta(days=2) <= ended_at, order
            case CancelReason.ARRIVAL_OVERDUE:
                assert _at(history, SellerShipped) + rules.arrival_window <= ended_at, order
        if order.payment_status in NOT_CHARGED:
            assert not [call for call in calls if call.took_effect], "it was known, and is wrong"

    async def _check_penalty(self, order: Order, history: Sequence[RecordedStep]) -> None:
        if await self.exchange.store.ledger.find(f"{order.id}:penalty") is not None:
            at_fault = order.cancel_reason is not None and order.cancel_reason.seller_at_fault
            assert at_fault or order.status is OrderStatus.AUTH_FAILED, order

    async def _check_declines(self, calls: dict[OrderId, list[Call]]) -> None:
        """Assert that only what the provider declined counts against a buyer."""
        long_ago = self.exchange.clock.now() - AGES
        for person in self.exchange.people:
            for each in await self.exchange.store.declines.since(person.user_id, long_ago):
                assert _declined(calls.get(each.order_id, [])), each

    # ---- money ---------------------------------------------------------------------------

    async def check_at_rest(self) -> None:
        """Assert that all balances are correct to the cent when nothing is under way."""
        orders, calls = await self.exchange.orders(), await self._calls()
        due, has = Counter[UserId](), Counter[UserId]()
        for order in orders:
            payout = await self.exchange.store.payouts.find(order.id)
            due[order.seller_id] += self._due_to_seller(order, is_shared_out=payout is not None)
            has[order.seller_id] += _moved(calls.get(order.id, []), Operation.PAYOUT)
        for person in self.exchange.people:
            user_id, ledger = person.user_id, self.exchange.store.ledger
            owed = await ledger.balance(payable(user_id)) + await ledger.balance(debt(user_id))
            assert has[user_id] + owed == due[user_id], (user_id, has, owed, due)

    def _due_to_seller(self, order: Order, *, is_shared_out: bool) -> int:
        """Return what a trade brings its seller, in cents; negative if it costs them."""
        undone = (PayoutStatus.CANCELLED, PayoutStatus.RECLAIMED)
        if order.owes_penalty or order.status is OrderStatus.AUTH_FAILED:
            return -self.exchange.app.rules.penalty_of(order.price)
        return order.payout_amount if is_shared_out and order.payout_status not in undone else 0

    async def _check_accounts(self, orders: Sequence[Order]) -> None:
        """Assert that the ledger is balanced, and that no account is on the wrong side."""
        ledger = self.exchange.store.ledger
        assert sum((await ledger.totals()).values()) == 0
        for order in orders:
            held = await ledger.balance(escrow(order.id))
            assert 0 <= held <= order.buyer_total, (order, held)
        for person in self.exchange.people:
            assert await ledger.balance(payable(person.user_id)) >= 0
            assert await ledger.balance(debt(person.user_id)) <= 0
        assert await ledger.balance(losses()) <= 0


def _kept(order: Order, calls: Sequence[Call]) -> int:
    """Return how much of the buyer's money the provider still holds for an order, in cents."""
    left = _moved(calls, Operation.CHARGE) - _moved(calls, Operation.REFUND)
    assert left >= 0, order
    if order.status not in ENDED and order.payment_status not in PAID_BACK:
        return 0
    return left - (order.fees.shipping if left and order.borne_by is Bearer.BUYER else 0)


def _moved(calls: Sequence[Call], operation: Operation) -> int:
    done = [call for call in calls if call.took_effect and call.request.operation is operation]
    return sum(call.moved for call in done)


def _check_complaint(order: Order, history: Sequence[RecordedStep]) -> None:
    """Assert that a settled complaint was decided, and that the decision took effect."""
    complaint, status = order.complaint, order.payment_status
    decided = _has(history, RefundGranted) or order.status in ENDED
    if complaint is None:
        assert decided or status not in PAID_BACK, order
        return
    stops = FreezeReason.COMPLAINT in order.freezes
    assert stops is not complaint.is_settled, order
    match complaint.state:
        case ComplaintState.UPHELD:
            assert status in PAID_BACK, order
            returned = _has(history, PairArrived) or complaint.kind is ComplaintKind.NOT_RECEIVED
            assert returned or _return_is_waived(history), order
        case ComplaintState.WITHDRAWN:
            assert order.delivery_proof is DeliveryProof.BUYER, order
        case _:
            assert decided or status not in PAID_BACK, order


def _return_is_waived(history: Sequence[RecordedStep]) -> bool:
    return _has(history, RefundGranted) or any(
        isinstance(each.step, ComplaintUpheld) and each.step.return_waived for each in history
    )


def _declined(calls: Sequence[Call]) -> bool:
    return any(call.outcome is Outcome.DECLINED for call in calls)


def _has(history: Sequence[RecordedStep], event: type[OrderStep]) -> bool:
    return any(isinstance(each.step, event) for each in history)


def _at(history: Sequence[RecordedStep], *events: type[OrderStep]) -> datetime:
    return next(each.at for each in history if isinstance(each.step, events))
