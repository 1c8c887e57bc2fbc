"""Checks that the reservation of an order's pair agrees with the order."""

from collections.abc import Iterator

from ...ports.language.catalog import ReservationStatus
from ...ports.language.integrity import Check, Finding, Trade
from ...ports.language.market import BookKey, QuoteStatus
from ...ports.language.orders import StockStatus

_EXPECTED = {
    StockStatus.RESERVED: ReservationStatus.RESERVED,
    StockStatus.CONSUMED: ReservationStatus.CONSUMED,
    StockStatus.RELEASED: ReservationStatus.RELEASED,
    StockStatus.REMOVED: ReservationStatus.REMOVED,
}
_TAKEN = (ReservationStatus.RESERVED, ReservationStatus.CONSUMED)
_STANDS = (QuoteStatus.ACTIVE, QuoteStatus.WAITING)


def stock_findings(trade: Trade) -> Iterator[Finding]:
    """Yield what contradicts itself in an order's reservation."""
    reservation, order = trade.reservation, trade.order
    if order is None:
        if reservation is not None:
            yield _finding(trade, "a pair is reserved for it, but there is no such order")
        return
    if reservation is None:
        if trade.is_settled and order.stock_status in _EXPECTED:
            yield _finding(
                trade, f"no pair is reserved; its reservation should be {order.stock_status}"
            )
        return
    if reservation.ask_id != order.ask_id:
        yield _finding(
            trade, f"the pair of ask {reservation.ask_id} is reserved; it should be {order.ask_id}"
        )
    if reservation.book != order.book:
        yield _finding(
            trade, f"the reserved pair is {_named(reservation.book)}, not {_named(order.book)}"
        )
    if not trade.is_settled:
        return
    expected = _EXPECTED.get(order.stock_status)
    if expected is not None and reservation.status is not expected:
        yield _finding(trade, f"its reservation is {reservation.status}; it should be {expected}")
    if expected is None and reservation.status is ReservationStatus.RESERVED:
        yield _finding(
            trade, f"its pair is reserved; with stock {order.stock_status} it should not be"
        )
    if reservation.status in _TAKEN and trade.ask is not None and trade.ask.status in _STANDS:
        yield _finding(trade, f"its pair is {reservation.status}, but ask {trade.ask.id} stands")


def _named(book: BookKey) -> str:
    return f"{book.product_id} {book.size} {book.condition}"


def _finding(trade: Trade, problem: str) -> Finding:
    return Finding(Check.STOCK, f"order {trade.id}", problem)
