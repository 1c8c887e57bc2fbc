"""Checks that the tape has the sale of every paid order, and no other one."""

from collections.abc import Iterator

from ...ports.language.analytics import Sale
from ...ports.language.imports import is_imported
from ...ports.language.integrity import Check, Finding, Trade
from ...ports.language.orders import Order, OrderStatus, PaymentStatus

_NEVER_SOLD = (OrderStatus.PENDING, OrderStatus.CANCELLED, OrderStatus.AUTH_FAILED)


def sale_findings(trade: Trade) -> Iterator[Finding]:
    """Yield what contradicts itself in an order's sale."""
    stored, order = trade.sale, trade.order
    if order is None:
        if stored is not None and not is_imported(trade.id):
            yield _finding(trade, "its sale is on the tape, but there is no such order")
        return
    sale = None if stored is None else stored.sale
    if sale is not None:
        expected = Sale(order.id, order.book, order.price, order.matched_at)
        if sale != expected:
            yield _finding(trade, f"the tape has {_shown(sale)}; it should be {_shown(expected)}")
    if not trade.is_settled:
        return
    stands = stored is not None and not stored.voided
    if _is_sold(order) and not stands:
        yield _finding(trade, f"it is {order.status}, but its sale is not on the tape")
    if stands and not _is_sold(order):
        yield _finding(
            trade,
            f"its sale is on the tape; it should not be, for the order is {order.status} and its "
            f"payment {order.payment_status}",
        )


def _is_sold(order: Order) -> bool:
    """Whether the sale counts: paid, and neither undone nor refunded since."""
    return order.status not in _NEVER_SOLD and order.payment_status is PaymentStatus.CAPTURED


def _shown(sale: Sale) -> str:
    book = f"{sale.book.product_id} {sale.book.size} {sale.book.condition}"
    return f"{sale.price} minor units in {book} at {sale.sold_at}"


def _finding(trade: Trade, problem: str) -> Finding:
    return Finding(Check.TAPE, f"order {trade.id}", problem)
