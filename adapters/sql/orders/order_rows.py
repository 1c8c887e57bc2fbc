"""The rows of orders and their histories, shared by SqlOrders and SqlBooks."""

from typing import Any

from ....ports.language.complaints import Complaint
from ....ports.language.orders import Fees, FreezeReason, Order, Shipment
from ....ports.language.steps import RecordedStep
from ..bidding.book_columns import book_of, book_values
from ..engine.payloads import decode, decode_step, encode
from ..engine.statement import Row, Statement, insert_row
from ..schema import order_steps, orders

ADD_ORDER = Statement(insert_row(orders))
ADD_STEP = Statement(insert_row(order_steps))


def order_values(order: Order) -> dict[str, Any]:
    """Return an order's values by column."""
    inbound, outbound = order.inbound, order.outbound
    return {
        "id": order.id,
        "bid_id": order.bid_id,
        "ask_id": order.ask_id,
        "buyer_id": order.buyer_id,
        "seller_id": order.seller_id,
        **book_values(order.book),
        "price": order.price,
        "seller_level": order.fees.seller_level,
        "transaction_fee": order.fees.transaction,
        "processing_fee": order.fees.processing,
        "shipping_fee": order.fees.shipping,
        "matched_at": order.matched_at,
        "updated_at": order.updated_at,
        "version": order.version,
        "status": order.status,
        "payment_status": order.payment_status,
        "stock_status": order.stock_status,
        "payout_status": order.payout_status,
        "return_status": order.return_status,
        "ship_by": order.ship_by,
        "ship_by_extended": order.ship_by_extended,
        "inbound_carrier": None if inbound is None else inbound.carrier,
        "inbound_tracking_number": None if inbound is None else inbound.tracking_number,
        "outbound_carrier": None if outbound is None else outbound.carrier,
        "outbound_tracking_number": None if outbound is None else outbound.tracking_number,
        "delivered_at": order.delivered_at,
        "cancel_reason": order.cancel_reason,
        "note": order.note,
        "carrier_had_it": order.carrier_had_it,
        "delivery_proof": order.delivery_proof,
        "complaint": None if order.complaint is None else encode(order.complaint),
        "freezes": encode(sorted(order.freezes)),
        "borne_by": order.borne_by,
        "refunded_unasked": order.refunded_unasked,
        "held_since": order.held_since,
    }


def order_of(row: Row) -> Order:
    """Return the order in a row."""
    return Order(
        id=row.id,
        bid_id=row.bid_id,
        ask_id=row.ask_id,
        buyer_id=row.buyer_id,
        seller_id=row.seller_id,
        book=book_of(row),
        price=row.price,
        fees=Fees(
            seller_level=row.seller_level,
            transaction=row.transaction_fee,
            processing=row.processing_fee,
            shipping=row.shipping_fee,
        ),
        matched_at=row.matched_at,
        updated_at=row.updated_at,
        version=row.version,
        status=row.status,
        payment_status=row.payment_status,
        stock_status=row.stock_status,
        payout_status=row.payout_status,
        return_status=row.return_status,
        ship_by=row.ship_by,
        ship_by_extended=row.ship_by_extended,
        inbound=_shipment(row.inbound_carrier, row.inbound_tracking_number),
        outbound=_shipment(row.outbound_carrier, row.outbound_tracking_number),
        delivered_at=row.delivered_at,
        cancel_reason=row.cancel_reason,
        note=row.note,
        carrier_had_it=row.carrier_had_it,
        delivery_proof=row.delivery_proof,
        complaint=None if row.complaint is None else decode(row.complaint, Complaint),
        freezes=decode(row.freezes, frozenset[FreezeReason]),
        borne_by=row.borne_by,
        refunded_unasked=row.refunded_unasked,
        held_since=row.held_since,
    )


def step_values(recorded: RecordedStep) -> dict[str, Any]:
    """Return a step's values by column."""
    return {
        "order_id": recorded.order_id,
        "number": recorded.number,
        "at": recorded.at,
        "type": recorded.step.TYPE,
        "step": encode(recorded.step),
    }


def step_of(row: Row) -> RecordedStep:
    """Return the step in a row."""
    return RecordedStep(row.order_id, row.number, row.at, decode_step(row.type, row.step))


def _shipment(carrier: str | None, tracking_number: str | None) -> Shipment | None:
    if carrier is None or tracking_number is None:
        return None
    return Shipment(carrier, tracking_number)
