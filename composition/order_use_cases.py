"""Hands the use cases of orders and of their pairs their ports, in sight of the type checker."""

from ..core.authentication.cancel_task import CancelTask
from ..core.authentication.claim_task import ClaimTask
from ..core.authentication.give_verdict import GiveVerdict
from ..core.authentication.open_task import OpenTask
from ..core.authentication.receive_item import ReceiveItem
from ..core.orders.cancel_order import CancelOrder
from ..core.orders.complain import Complain
from ..core.orders.confirm_delivery import ConfirmDelivery
from ..core.orders.continue_saga import ContinueSaga
from ..core.orders.decide_complaint import DecideComplaint
from ..core.orders.dispatch_pair import DispatchPair
from ..core.orders.extend_shipment import ExtendShipment
from ..core.orders.freeze_payout import FreezePayout
from ..core.orders.meet_deadline import MeetDeadline
from ..core.orders.note_carrier_receipt import NoteCarrierReceipt
from ..core.orders.progress import Progress
from ..core.orders.receive_pair import ReceivePair
from ..core.orders.refund_order import RefundOrder
from ..core.orders.release_payout import ReleasePayout
from ..core.orders.ship_pair import ShipPair
from ..core.orders.staff_acts import StaffActs
from ..core.orders.view_order import ViewOrder
from ..ports.language.rules import MarketRules
from .adapters import Adapters
from .application import AuthenticationUseCases, OrdersUseCases


def orders_use_cases(adapters: Adapters, rules: MarketRules) -> OrdersUseCases:
    """Return what the orders context does."""
    store, clock = adapters.store, adapters.clock
    transaction, orders = store.transaction, store.orders
    view_order = ViewOrder(orders=orders)
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
        view_order=view_order,
        ship_pair=ShipPair(transaction=transaction, view_order=view_order, progress=progress),
        extend_shipment=ExtendShipment(
            transaction=transaction, view_order=view_order, progress=progress, rules=rules
        ),
        receive_pair=ReceivePair(transaction=transaction, view_order=view_order, progress=progress),
        dispatch_pair=DispatchPair(
            transaction=transaction, view_order=view_order, progress=progress
        ),
        confirm_delivery=ConfirmDelivery(
            transaction=transaction, view_order=view_order, staff=staff, progress=progress
        ),
        cancel_order=CancelOrder(
            transaction=transaction, view_order=view_order, staff=staff, progress=progress
        ),
        refund_order=RefundOrder(transaction=transaction, staff=staff, progress=progress),
        freeze_payout=FreezePayout(transaction=transaction, staff=staff, progress=progress),
        release_payout=ReleasePayout(transaction=transaction, staff=staff, progress=progress),
        note_carrier_receipt=NoteCarrierReceipt(
            transaction=transaction, staff=staff, progress=progress
        ),
        complain=Complain(
            transaction=transaction,
            view_order=view_order,
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


def authentication_use_cases(adapters: Adapters, rules: MarketRules) -> AuthenticationUseCases:
    """Return what the authentication context does."""
    store, clock = adapters.store, adapters.clock
    transaction, tasks = store.transaction, store.authentication_tasks
    return AuthenticationUseCases(
        open_task=OpenTask(
            transaction=transaction, authentication_tasks=tasks, clock=clock, ids=adapters.ids
        ),
        receive_item=ReceiveItem(transaction=transaction, authentication_tasks=tasks, clock=clock),
        cancel_task=CancelTask(
            transaction=transaction, authentication_tasks=tasks, clock=clock, ids=adapters.ids
        ),
        claim_task=ClaimTask(
            transaction=transaction,
            authentication_tasks=tasks,
            deadlines=store.deadlines,
            alarms=store.alarms,
            clock=clock,
            rules=rules,
        ),
        give_verdict=GiveVerdict(
            transaction=transaction, authentication_tasks=tasks, outbox=store.outbox, clock=clock
        ),
    )
