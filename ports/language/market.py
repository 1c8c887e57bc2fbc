"""The terms of the market: sides, sizes, conditions, books, quotes, matches."""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType

from .errors import InvalidSize
from .ids import OrderId, ProductId, QuoteId, UserId
from .money import Cents

Size = NewType("Size", str)
"""A US shoe size as on the box: `9`, `10.5`, and `6Y`, `8W`, `5C` for youth, women, children."""

_SIZE = re.compile(r"(?:[1-9]|1[0-9]|2[0-5])(?:\.5)?[WYCK]?")


def is_size(text: str) -> bool:
    """Whether `text` is a size in its one spelling, of ASCII digits.

    >>> is_size("10"), is_size("10.0"), is_size("1\u0660")
    (True, False, False)
    """
    return _SIZE.fullmatch(text) is not None


def parse_size(text: str) -> Size:
    """Return `text` as a size. Raises InvalidSize.

    >>> parse_size("10.5")
    '10.5'
    """
    if not is_size(text):
        raise InvalidSize(size=text)
    return Size(text)


class Side(StrEnum):
    """The side of a book."""

    BID = "bid"
    ASK = "ask"

    @property
    def opposite(self) -> "Side":
        """The side that this one trades with."""
        return Side.ASK if self is Side.BID else Side.BID


class Condition(StrEnum):
    """The condition of a pair. Only equal conditions match."""

    NEW = "new"
    USED = "used"
    DAMAGED_BOX = "damaged_box"


class TimeInForce(StrEnum):
    """What happens to a quote that finds no counterpart, or whose match is undone."""

    GTC = "gtc"
    """Good till cancelled: it rests in the book."""
    IOC = "ioc"
    """Immediate or cancel: it never rests (Buy Now, Sell Now)."""


class QuoteStatus(StrEnum):
    """The state of a quote. Only an active quote rests in a book."""

    ACTIVE = "active"
    MATCHED = "matched"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    WAITING = "waiting"
    """An ask that returned while its book was halted. It enters when the book opens."""

    @property
    def stands(self) -> bool:
        """Whether the quote may still trade."""
        return self in (QuoteStatus.ACTIVE, QuoteStatus.WAITING)


class WithdrawalReason(StrEnum):
    """Why a quote was cancelled without a request by its owner."""

    IMMEDIATE_OR_CANCEL = "immediate_or_cancel"
    """It was placed `ioc`, and its match was undone."""
    OWN_COUNTERPART = "own_counterpart"
    """It is an ask that returned and reached only bids of its owner."""
    OUTSIDE_RULES = "outside_rules"
    """Its amount is outside the rules of the market, or its payout would be negative."""
    INVALID_SIZE = "invalid_size"
    """Its size is not valid."""
    SUSPENDED = "suspended"
    """Its owner is suspended."""
    PAYMENTS_DECLINED = "payments_declined"
    """Too many of its owner's payments were declined."""
    UNPAID_ORDERS = "unpaid_orders"
    """An ask reached it while its owner had the maximum of unpaid orders, all for a cause on the
    buyer's side.
    """
    ADMIN = "admin"
    """An admin withdrew it."""
    CLOSING = "closing"
    """Its owner closes their account."""


@dataclass(frozen=True, slots=True)
class BookKey:
    """The key of a book: a product in a size and a condition."""

    product_id: ProductId
    size: Size
    condition: Condition = Condition.NEW

    def __hash__(self) -> int:
        # The engine looks up books several times per order, and hashing the ids is slower. Books
        # that differ only in their condition have the same hash.
        return hash((self.product_id.int, self.size))


def shard_of(book: BookKey, shards: int) -> int:
    """Return the engine shard of a book, out of `shards`.

    It never changes and is the same everywhere.
    """
    name = f"{book.product_id}:{book.size}:{book.condition}"
    return zlib.crc32(name.encode()) % shards


@dataclass(slots=True, unsafe_hash=True)  # ADR 0050
class Quote:
    """A bid or an ask: what a user will pay or accept for one pair.

    `amount` is in minor units. `sequence` is its sequence number in the engine's shard: among equal
    amounts, the lower one trades first. From `expires_at` (UTC) on it no longer trades.
    """

    id: Final[QuoteId]
    side: Final[Side]
    user_id: Final[UserId]
    book: Final[BookKey]
    amount: Final[Cents]
    sequence: Final[int]
    created_at: Final[datetime]
    expires_at: Final[datetime]
    status: Final[QuoteStatus] = QuoteStatus.ACTIVE
    match_id: Final[OrderId | None] = None
    """The match of a matched quote. It is kept when that match is undone."""
    time_in_force: Final[TimeInForce] = TimeInForce.GTC

    def in_status(self, status: QuoteStatus, match_id: OrderId | None) -> "Quote":
        """Return the quote in another status.

        It is faster than `replace`, which the engine needs.
        """
        return Quote(
            self.id,
            self.side,
            self.user_id,
            self.book,
            self.amount,
            self.sequence,
            self.created_at,
            self.expires_at,
            status,
            match_id,
            self.time_in_force,
        )


@dataclass(frozen=True, slots=True)
class WithdrawnQuote:
    """A withdrawn quote, as reported to its owner. `amount` is in minor units."""

    id: QuoteId
    side: Side
    book: BookKey
    amount: Cents


class AskFate(StrEnum):
    """What happened to the ask of an undone match."""

    RETURNED = "returned"
    """It is back in its book, in its old place."""
    TRADED = "traded"
    """It returned to its book and immediately matched another bid."""
    WAITING = "waiting"
    """Its book is halted. It waits outside until the book opens."""
    EXPIRED = "expired"
    """It has expired."""
    ENDED = "ended"
    """It was cancelled with the sale, because the cause may have been the seller or the pair."""
    WITHDRAWN = "withdrawn"
    """It may not return, for a reason of its own."""


class MatchStatus(StrEnum):
    """Whether a match stands."""

    OPEN = "open"
    UNWOUND = "unwound"
    """Its order was cancelled.

    The bid is cancelled, and the ask is back in the book or cancelled.
    """


@dataclass(slots=True, unsafe_hash=True)  # ADR 0050
class Match:
    """A matched bid and ask. `price` is the amount of the earlier one, in minor units."""

    id: Final[OrderId]
    bid_id: Final[QuoteId]
    ask_id: Final[QuoteId]
    buyer_id: Final[UserId]
    seller_id: Final[UserId]
    book: Final[BookKey]
    price: Final[Cents]
    matched_at: Final[datetime]
    maker: Final[Side]
    """The side that arrived first."""
    status: Final[MatchStatus] = MatchStatus.OPEN

    def __post_init__(self) -> None:
        assert self.buyer_id != self.seller_id, "a user cannot trade with themself"


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """How many quotes trade before a resting one: at a better price, or earlier at the same one."""

    better_price: int
    same_price: int


@dataclass(frozen=True, slots=True)
class PriceLevel:
    """The number of pairs at one price."""

    price: Cents
    quantity: int


@dataclass(frozen=True, slots=True)
class BookView:
    """A published state of a book: levels, best price first, as of change number `seq`."""

    book: BookKey
    seq: int
    bids: tuple[PriceLevel, ...] = ()
    asks: tuple[PriceLevel, ...] = ()
    halted: bool = False
    """Whether trading in the book is halted."""

    @property
    def highest_bid(self) -> Cents | None:
        """The best price at which a seller can sell now."""
        return self.bids[0].price if self.bids else None

    @property
    def lowest_ask(self) -> Cents | None:
        """The best price at which a buyer can buy now."""
        return self.asks[0].price if self.asks else None


@dataclass(slots=True, unsafe_hash=True)  # ADR 0050
class LevelChange:
    """The new quantity at one price of one side. Zero removes the level."""

    side: Final[Side]
    price: Final[Cents]
    quantity: Final[int]


@dataclass(slots=True, unsafe_hash=True)  # ADR 0050
class BookChange:
    """Change number `seq` of a book. A view plus all later changes gives the later view."""

    book: Final[BookKey]
    seq: Final[int]
    levels: Final[tuple[LevelChange, ...]]

    @property
    def first_seq(self) -> int:
        """The number of the only change."""
        return self.seq


@dataclass(frozen=True, slots=True)
class BookChanges:
    """The combined changes `first_seq` to `seq` of a book, with each level's final quantity."""

    book: BookKey
    first_seq: int
    seq: int
    levels: tuple[LevelChange, ...]

    @classmethod
    def merge(cls, changes: "Sequence[BookChange | BookChanges]") -> "BookChanges":
        """Return one or more consecutive changes of a book as one."""
        first = changes[0]
        seq = first.first_seq - 1
        levels: dict[tuple[Side, Cents], LevelChange] = {}
        for change in changes:
            assert (change.book, change.first_seq) == (first.book, seq + 1), "a change is missing"
            levels |= {(level.side, level.price): level for level in change.levels}
            seq = change.seq
        return cls(first.book, first.first_seq, seq, tuple(levels.values()))
