"""The orders context: its use cases, their wiring, and its routes."""

from dataclasses import dataclass

from ..core.orders.cancel_order import CancelOrder
from ..core.orders.complain import Complain
from ..core.orders.confirm_delivery import ConfirmDelivery
from ..core.orders.continue_saga import ContinueSaga, SagaNews
from ..core.orders.count_orders import CountOrders
from ..core.orders.decide_complaint import DecideComplaint
from ..core.orders.dispatch_pair import DispatchPair
from ..core.orders.extend_shipment import ExtendShipment
from ..core.orders.forget_addresses import ForgetAddresses
from ..core.orders.freeze_payout import FreezePayout
from ..core.orders.list_acts import ListActs
from ..core.orders.list_frozen_orders import ListFrozenOrders
from ..core.orders.list_orders import ListOrders
from ..core.orders.list_staff_acts import ListStaffActs
from ..core.orders.meet_deadline import MeetDeadline
from ..core.orders.note_carrier_receipt import NoteCarrierReceipt
from ..core.orders.progress import Progress
from ..core.orders.put_off_deadlines import PutOffDeadlines
from ..core.orders.receive_pair import ReceivePair
from ..core.orders.refund_order import RefundOrder
from ..core.orders.release_payout import ReleasePayout
from ..core.orders.requested_work import RequestedWork
from ..core.orders.ship_pair import ShipPair
from ..core.orders.staff_acts import StaffActs
from ..core.orders.view_history import ViewHistory
from ..core.orders.view_order import ViewOrder
from ..ports.language.consumers import Consumer
from ..ports.language.events import (
    AuthFailed,
    AuthPassed,
    BuyerNotCharged,
    DeadlineReached,
    FreezeRequested,
    PaymentAbandoned,
    PaymentCaptured,
    PaymentDeclined,
    PaymentRefunded,
    PaymentRefundedUnasked,
    PaymentRefundFailed,
    PayoutPaid,
    PayoutRefused,
    PayoutReopened,
    ReleaseRequested,
    ShortfallBorne,
    StockRefused,
    StockReserved,
)
from ..ports.language.messages import Queue
from ..ports.language.notifications import Warehouse
from ..ports.language.retention import Retention
from ..ports.language.rules import MarketRules
from .adapters import Adapters
from .fees import payment_actions
from .router import Router

_REPORTS: tuple[type[SagaNews], ...] = (
    # The pair is reserved, the buyer charged.
    StockReserved,
    StockRefused,
    PaymentCaptured,
    PaymentDeclined,
    PaymentAbandoned,
    # The pair is authenticated.
    AuthPassed,
    AuthFailed,
    # The seller is paid.
    PayoutPaid,
    PayoutRefused,
    PayoutReopened,
    FreezeRequested,
    ReleaseRequested,
    # The buyer is refunded.
    PaymentRefunded,
    PaymentRefundedUnasked,
    PaymentRefundFailed,
    ShortfallBorne,
    BuyerNotCharged,
)


@dataclass(frozen=True, slots=True)
class OrdersUseCases:
    """The use cases of the orders context."""

    view_order: ViewOrder
    list_orders: ListOrders
    list_frozen_orders: ListFrozenOrders
    view_history: ViewHistory
    list_acts: ListActs
    list_staff_acts: ListStaffActs
    count_orders: CountOrders
    requested_work: RequestedWork
    ship_pair: ShipPair
    extend_shipment: ExtendShipment
    receive_pair: ReceivePair
    dispatch_pair: DispatchPair
    confirm_delivery: ConfirmDelivery
    cancel_order: CancelOrder
    decide_complaint: DecideComplaint
    complain: Complain
    note_carrier_receipt: NoteCarrierReceipt
    release_payout: ReleasePayout
    freeze_payout: FreezePayout
    refund_order: RefundOrder
    continue_saga: ContinueSaga
    meet_deadline: MeetDeadline
    put_off_deadlines: PutOffDeadlines
    forget_addresses: ForgetAddresses


def orders_use_cases(
    adapters: Adapters, rules: MarketRules, warehouse: Warehouse, retention: Retention
) -> OrdersUseCases:
    """Return the use cases of the orders context."""
    store, clock = adapters.store, adapters.clock
    transaction, orders = store.transaction, store.orders
    progress = Progress(
        orders=orders,
        deadlines=store.deadlines,
        alarms=store.alarms,
        outbox=store.outbox,
        clock=clock,
        rules=rules,
    )
    staff = StaffActs(orders=orders, audit_log=store.audit_log)
    return OrdersUseCases(
        view_order=ViewOrder(
            orders=orders,
            destinations=store.destinations,
            newest_addresses=store.newest_addresses,
            payment_actions=payment_actions(adapters),
            warehouse=warehouse,
            rules=rules,
        ),
        list_orders=ListOrders(orders=orders),
        list_frozen_orders=ListFrozenOrders(orders=orders),
        view_history=ViewHistory(orders=orders),
        list_acts=ListActs(orders=orders, clock=clock, rules=rules),
        list_staff_acts=ListStaffActs(orders=orders),
        count_orders=CountOrders(orders=orders),
        requested_work=RequestedWork(orders=orders, clock=clock, rules=rules),
        ship_pair=ShipPair(transaction=transaction, orders=orders, progress=progress),
        extend_shipment=ExtendShipment(
            transaction=transaction, orders=orders, progress=progress, rules=rules
        ),
        receive_pair=ReceivePair(transaction=transaction, orders=orders, progress=progress),
        dispatch_pair=DispatchPair(transaction=transaction, orders=orders, progress=progress),
        confirm_delivery=ConfirmDelivery(
            transaction=transaction, orders=orders, staff=staff, progress=progress
        ),
        cancel_order=CancelOrder(
            transaction=transaction, orders=orders, staff=staff, progress=progress
        ),
        refund_order=RefundOrder(transaction=transaction, staff=staff, progress=progress),
        freeze_payout=FreezePayout(transaction=transaction, staff=staff, progress=progress),
        release_payout=ReleasePayout(transaction=transaction, staff=staff, progress=progress),
        note_carrier_receipt=NoteCarrierReceipt(
            transaction=transaction, staff=staff, progress=progress
        ),
        complain=Complain(
            transaction=transaction,
            orders=orders,
            progress=progress,
            clock=clock,
            rules=rules,
        ),
        decide_complaint=DecideComplaint(transaction=transaction, staff=staff, progress=progress),
        continue_saga=ContinueSaga(
            transaction=transaction,
            orders=orders,
            outbox=store.outbox,
            progress=progress,
            clock=clock,
            rules=rules,
        ),
        forget_addresses=ForgetAddresses(
            transaction=transaction,
            destinations=store.destinations,
            orders=orders,
            disputes=store.disputes,
            clock=clock,
            retention=retention,
        ),
        put_off_deadlines=PutOffDeadlines(
            transaction=transaction,
            orders=orders,
            deadlines=store.deadlines,
            progress=progress,
            rules=rules,
        ),
        meet_deadline=MeetDeadline(
            transaction=transaction,
            orders=orders,
            deadlines=store.deadlines,
            outbox=store.outbox,
            progress=progress,
            clock=clock,
            rules=rules,
        ),
    )


def orders_routes(orders: OrdersUseCases) -> tuple[Consumer, ...]:
    """Return the routes of the orders context: everything that advances an order."""
    router = Router(Queue.TRADE)
    return (
        *router.together("orders.continue_saga", orders.continue_saga, *_REPORTS),
        router.inside(DeadlineReached, "orders.meet_deadline", orders.meet_deadline),
    )
