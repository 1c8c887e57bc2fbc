"""Checks that matches, quotes, books and orders agree."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from ...ports.language.halts import Halt
from ...ports.language.ids import UserId
from ...ports.language.integrity import BookRecord, Check, Finding, QuoteRecord, Trade
from ...ports.language.market import (
    BookKey,
    BookView,
    Match,
    MatchStatus,
    PriceLevel,
    Quote,
    QuoteStatus,
    Side,
    TimeInForce,
)
from ...ports.language.money import Cents
from ...ports.language.orders import Order, OrderStatus


def match_findings(trade: Trade) -> Iterator[Finding]:
    """Yield what contradicts itself in a match, its quotes and its order."""
    match, order = trade.match, trade.order
    if match is None or order is None:
        if match is not None:
            yield _match(trade, "there is a match, but no order")
        if order is not None:
            yield _match(trade, "there is an order, but no match")
        return
    for name in ("bid_id", "ask_id", "buyer_id", "seller_id", "book", "price", "matched_at"):
        of_match, of_order = getattr(match, name), getattr(order, name)
        if of_match != of_order:
            yield _match(trade, f"{name} of the order is {of_order}; of its match, {of_match}")
    yield from _status_findings(trade, match, order)
    for quote, owner in ((trade.bid, match.buyer_id), (trade.ask, match.seller_id)):
        yield from _pair_findings(trade, match, quote, owner)
    yield from _maker_findings(trade, match)


def _status_findings(trade: Trade, match: Match, order: Order) -> Iterator[Finding]:
    expected = MatchStatus.OPEN
    if order.status is OrderStatus.CANCELLED:
        expected = MatchStatus.UNWOUND
    # A cancellation reaches the engine by a message.
    waits = expected is MatchStatus.UNWOUND and not trade.is_settled
    if match.status is not expected and not waits:
        yield _match(
            trade,
            f"its match is {match.status}; with a {order.status} order it should be {expected}",
        )


def _pair_findings(
    trade: Trade, match: Match, quote: Quote | None, owner: UserId
) -> Iterator[Finding]:
    if quote is None:
        yield _match(trade, f"a quote of its match is missing: {match.bid_id} or {match.ask_id}")
        return
    named = f"{quote.side} {quote.id}"
    if (quote.user_id, quote.book) != (owner, match.book):
        yield _match(trade, f"{named} has another owner or book than the match")
    if match.status is not MatchStatus.OPEN:
        return
    if (quote.status, quote.match_id) != (QuoteStatus.MATCHED, match.id):
        yield _match(
            trade,
            f"{named} is {quote.status} with match {quote.match_id}; it should be matched with "
            f"{match.id}",
        )
    if quote.side is match.maker and quote.amount != match.price:
        yield _match(
            trade, f"the price is {match.price}; it should be the {quote.amount} of {named}"
        )
    elif quote.side is not match.maker and not _reaches(quote, match.price):
        yield _match(
            trade, f"the price is {match.price}, which the {quote.amount} of {named} excludes"
        )


def _maker_findings(trade: Trade, match: Match) -> Iterator[Finding]:
    """Yield a match that is not at the price of the quote that arrived first."""
    if trade.bid is None or trade.ask is None or match.status is not MatchStatus.OPEN:
        return
    first = min(trade.bid, trade.ask, key=lambda quote: quote.sequence)
    if first.side is not match.maker:
        yield _match(
            trade,
            f"its maker is the {match.maker}; it should be {first.side} {first.id}, the first",
        )


def _reaches(quote: Quote, price: Cents) -> bool:
    return quote.amount >= price if quote.side is Side.BID else quote.amount <= price


def quote_findings(
    record: QuoteRecord, halts: Sequence[Halt], last_sequence: int, now: datetime
) -> Iterator[Finding]:
    """Yield what contradicts itself in a quote and the open matches that name it.

    `now` is later than the snapshot.
    """
    quote, matches = record.quote, record.open_matches
    if len(matches) > 1:
        named = ", ".join(map(str, matches))
        yield _quote(
            quote,
            f"it is in {len(matches)} matches that stand, {named}; it should be in one at most",
        )
    if quote.status is QuoteStatus.MATCHED:
        if quote.match_id not in matches:
            yield _quote(quote, f"it is matched, but its match {quote.match_id} does not stand")
    elif matches:
        yield _quote(quote, f"it is {quote.status}; it should be matched, with {matches[0]}")
    if quote.status.stands and quote.match_id is not None:
        yield _quote(quote, f"it is {quote.status}, but names the match {quote.match_id}")
    if quote.status.stands and quote.time_in_force is TimeInForce.IOC:
        yield _quote(quote, f"it is {quote.status}; one that is immediate or cancel never rests")
    if quote.status is QuoteStatus.WAITING:
        if quote.side is Side.BID:
            yield _quote(quote, "it is waiting; only an ask can wait")
        elif not any(halt.covers(quote.book) for halt in halts):
            yield _quote(quote, "it is waiting, but its book is not halted")
    if quote.status is QuoteStatus.EXPIRED and quote.expires_at > now:
        yield _quote(quote, f"it is expired; it should not be before {quote.expires_at}")
    if record.is_misfiled:
        yield _quote(quote, "its book_hash is another book's, so that the wrong engine loads it")
    if quote.sequence > last_sequence:
        yield _quote(
            quote,
            f"its sequence number is {quote.sequence}; the last one given is {last_sequence}",
        )


def book_findings(record: BookRecord) -> Iterator[Finding]:
    """Yield what contradicts itself in a stored book: the living quotes must not cross."""
    bid, ask = record.best_living_bid, record.best_living_ask
    if bid is not None and ask is not None and bid >= ask:
        yield Finding(
            Check.BOOKS,
            _named(record.book),
            f"it is crossed: the highest bid is {bid}, and the lowest ask {ask}",
        )


def view_of(record: BookRecord, seq: int, *, halted: bool) -> BookView:
    """Return the view of a stored book that should be published."""
    return BookView(
        record.book,
        seq,
        _levels(record, Side.BID),
        _levels(record, Side.ASK),
        halted=halted,
    )


def view_findings(stored: BookView, published: BookView) -> Iterator[Finding]:
    """Yield how a published book differs from the stored one, apart from its number."""
    subject = _named(stored.book)
    for name, found, expected in (
        ("bids", published.bids, stored.bids),
        ("asks", published.asks, stored.asks),
    ):
        if found != expected:
            yield Finding(
                Check.BOOKS,
                subject,
                f"the published {name} are {_shown(found)}; they should be {_shown(expected)}",
            )
    if published.halted is not stored.halted:
        yield Finding(
            Check.BOOKS,
            subject,
            f"it is published as {_halted(published)}; it should be {_halted(stored)}",
        )


def _levels(record: BookRecord, side: Side) -> tuple[PriceLevel, ...]:
    levels = {amount: n for (where, amount), n in record.quantities.items() if where is side}
    amounts = sorted(levels, reverse=side is Side.BID)
    return tuple(PriceLevel(amount, levels[amount]) for amount in amounts)


def _shown(levels: Sequence[PriceLevel]) -> str:
    most = 5
    shown = ", ".join(f"{level.quantity} at {level.price}" for level in levels[:most])
    more = f" and {len(levels) - most} more" if len(levels) > most else ""
    return (shown or "none") + more


def _halted(view: BookView) -> str:
    return "halted" if view.halted else "open"


def _named(book: BookKey) -> str:
    return f"book {book.product_id} {book.size} {book.condition}"


def _match(trade: Trade, problem: str) -> Finding:
    return Finding(Check.MATCHES, f"order {trade.id}", problem)


def _quote(quote: Quote, problem: str) -> Finding:
    return Finding(Check.QUOTES, f"{quote.side} {quote.id}", problem)
