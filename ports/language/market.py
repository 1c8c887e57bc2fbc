"""The words of the market: sides, sizes, conditions, books, quotes, matches."""

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
    """Which side of a book a quote stands on."""

    BID = "bid"
    ASK = "ask"

    @property
    def opposite(self) -> "Side":
        """The side that this one trades with."""
        return Side.ASK if self is Side.BID else Side.BID


class Condition(StrEnum):
    """The state of the pair; only equal conditions meet."""

    NEW = "new"
    USED = "used"
    DAMAGED_BOX = "damaged_box"


class TimeInForce(StrEnum):
    """What becomes of a quote that finds no counterpart, or whose match is undone."""

    GTC = "gtc"
    """Good till cancelled: it rests in the book."""
    IOC = "ioc"
    """Immediate or cancel: it never rests (Buy Now, Sell Now)."""


class QuoteStatus(StrEnum):
    """Where a quote is in its life. Only an active quote rests in a book."""

    ACTIVE = "active"
    MATCHED = "matched"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    WAITING = "waiting"
    """An ask that returns while its book is halted. It enters when the book opens."""

    @property
    def stands(self) -> bool:
        """Whether the quote may still trade."""
        return self in (QuoteStatus.ACTIVE, QuoteStatus.WAITING)


class WithdrawalReason(StrEnum):
    """Why a quote left its book although its owner did not ask for it."""

    IMMEDIATE_OR_CANCEL = "immediate_or_cancel"
    """It was placed to trade at once or not at all, and its match was undone."""
    OWN_COUNTERPART = "own_counterpart"
    """It is an ask that returned, and reached only bids of its owner."""
    OUTSIDE_RULES = "outside_rules"
    """Its amount is outside the rules of the market, or leaves its seller less than nothing."""
    INVALID_SIZE = "invalid_size"
    """Its size is not a size that the market knows."""
    SUSPENDED = "suspended"
    """Its owner is suspended."""
    PAYMENTS_DECLINED = "payments_declined"
    """Too many of its owner's payments were declined."""
    UNPAID_ORDERS = "unpaid_orders"
    """An ask reached it while its owner had as many unpaid orders as allowed, all for a cause on
    the buyer's side."""
    ADMIN = "admin"
    """An admin withdrew it."""


@dataclass(frozen=True, slots=True)
class BookKey:
    """Names one book: a product in a size and a condition."""

    product_id: ProductId
    size: Size
    condition: Condition = Condition.NEW

    def __hash__(self) -> int:
        # The engine looks books up several times an order; the ids' own hashes are slower. Books
        # that differ in their condition alone are told apart by comparing them.
        return hash((self.product_id.int, self.size))


def shard_of(book: BookKey, shards: int) -> int:
    """Return which of `shards` engine shards has the book: the same in every process, for ever."""
    name = f"{book.product_id}:{book.size}:{book.condition}"
    return zlib.crc32(name.encode()) % shards


@dataclass(slots=True, unsafe_hash=True)  # ADR 0050
class Quote:
    """A bid or an ask: what one user will pay or take for one pair.

    `amount` is in cents. `sequence` is its sequence number in the engine's shard: among equal
    amounts the lower trades first. `expires_at` is UTC; from that instant on it no longer trades.
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
    """The match it is in, while its status is matched; kept when that match is unwound."""
    time_in_force: Final[TimeInForce] = TimeInForce.GTC

    def in_status(self, status: QuoteStatus, match_id: OrderId | None) -> "Quote":
        """Return the quote in another status. The engine needs it quicker than `replace` is."""
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
    """A quote that was withdrawn, as its owner is told of it. `amount` is in cents."""

    id: QuoteId
    side: Side
    book: BookKey
    amount: Cents


class AskFate(StrEnum):
    """What became of the ask of a match that was undone."""

    RETURNED = "returned"
    """It is back in its book, with the place that it had."""
    TRADED = "traded"
    """It went back into its book and met another bid at once."""
    WAITING = "waiting"
    """Its book is halted. It waits outside until the book opens."""
    EXPIRED = "expired"
    """Its time is over."""
    ENDED = "ended"
    """It was cancelled with the sale, for the sale's end was not only the buyer's affair."""
    WITHDRAWN = "withdrawn"
    """It may not return, for a reason of its own."""


class MatchStatus(StrEnum):
    """Whether a match stands."""

    OPEN = "open"
    UNWOUND = "unwound"
    """Its order was cancelled: the bid is cancelled, the ask is back in the book or cancelled."""


@dataclass(slots=True, unsafe_hash=True)  # ADR 0050
class Match:
    """A bid and an ask that met. `price` is the amount, in cents, of the one that arrived first."""

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
    """How many quotes trade before a resting one: at a better price, and earlier at the same."""

    better_price: int
    same_price: int


@dataclass(frozen=True, slots=True)
class PriceLevel:
    """How many pairs stand at one price."""

    price: Cents
    quantity: int


@dataclass(frozen=True, slots=True)
class BookView:
    """A published state of a book: levels from the best price on, as of change number `seq`."""

    book: BookKey
    seq: int
    bids: tuple[PriceLevel, ...] = ()
    asks: tuple[PriceLevel, ...] = ()
    halted: bool = False
    """Whether nothing trades in the book for now."""

    @property
    def highest_bid(self) -> Cents | None:
        """The best price a seller can sell at now."""
        return self.bids[0].price if self.bids else None

    @property
    def lowest_ask(self) -> Cents | None:
        """The best price a buyer can buy at now."""
        return self.asks[0].price if self.asks else None


@dataclass(slots=True, unsafe_hash=True)  # ADR 0050
class LevelChange:
    """The new quantity at one price of one side; zero removes the level."""

    side: Final[Side]
    price: Final[Cents]
    quantity: Final[int]


@dataclass(slots=True, unsafe_hash=True)  # ADR 0050
class BookChange:
    """Change number `seq` of a book. A view and all changes after its seq give the later view."""

    book: Final[BookKey]
    seq: Final[int]
    levels: Final[tuple[LevelChange, ...]]


@dataclass(frozen=True, slots=True)
class BookChanges:
    """Changes number `first_seq` to `seq` of a book in one: each level once, as they left it."""

    book: BookKey
    first_seq: int
    seq: int
    levels: tuple[LevelChange, ...]

    @classmethod
    def merge(cls, changes: Sequence[BookChange]) -> "BookChanges":
        """Return one or more changes, each the next of the same book, as one."""
        first = changes[0]
        levels: dict[tuple[Side, Cents], LevelChange] = {}
        for seq, change in enumerate(changes, start=first.seq):
            assert (change.book, change.seq) == (first.book, seq), "a change is missing"
            levels |= {(level.side, level.price): level for level in change.levels}
        return cls(first.book, first.seq, changes[-1].seq, tuple(levels.values()))
