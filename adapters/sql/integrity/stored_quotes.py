"""Pages of the quotes in the books and in the archive."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, bindparam, literal_column, select, union_all

from ....ports.language.ids import OrderId, QuoteId
from ....ports.language.integrity import QuoteRecord
from ....ports.language.market import MatchStatus, Side
from ..bidding.book_columns import book_of
from ..bidding.quote_rows import TABLES, hash_of, of_side, quote_of
from ..engine.constructs import one_of
from ..engine.snapshot import SqlSnapshot
from ..engine.statement import Statement
from ..schema import ended_quotes, matches
from ..schema.columns import is_word

_NO_HASH = -1
"""In place of the hash of an ended quote, which no engine loads."""
_no_hash = literal_column(str(_NO_HASH), BigInteger)


def _quotes(side: Side) -> Statement:
    in_books, ended = of_side(side)
    table = TABLES[side]
    pages = (
        query.add_columns(book_hash.label("book_hash"))
        .where(id_ > bindparam("after"))
        .order_by(id_)
        .limit(bindparam("limit"))
        .subquery()
        for query, id_, book_hash in (
            (in_books, table.c.id, table.c.book_hash),
            (ended, ended_quotes.c.id, _no_hash),
        )
    )
    quotes = union_all(*(select(page) for page in pages))
    return Statement(quotes.order_by("id").limit(bindparam("limit")))


_QUOTES = {side: _quotes(side) for side in Side}
_OPEN_MATCHES = {
    side: Statement(
        select(matches.c.id, column.label("quote_id"))
        .where(is_word(matches.c.status, MatchStatus.OPEN), one_of(column, "ids"))
        .order_by(matches.c.id)
    )
    for side, column in ((Side.BID, matches.c.bid_id), (Side.ASK, matches.c.ask_id))
}


async def read_quotes(
    snapshot: SqlSnapshot, side: Side, after: QuoteId, limit: int
) -> Sequence[QuoteRecord]:
    """Return a page of the quotes of a side, by id, with the matches that stand and name them."""
    rows = await snapshot.rows(_QUOTES[side], after=after, limit=limit)
    ids = [row.id for row in rows]
    named: dict[QuoteId, list[OrderId]] = {}
    for match in await snapshot.rows(_OPEN_MATCHES[side], ids=ids) if ids else ():
        named.setdefault(match.quote_id, []).append(match.id)
    return [
        QuoteRecord(
            quote_of(row),
            named.get(row.id, ()),
            row.book_hash not in (_NO_HASH, hash_of(book_of(row))),
        )
        for row in rows
    ]
