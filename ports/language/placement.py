"""The command to place a quote, and its result."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from .idempotency import IdempotencyKey
from .ids import QuoteId, UserId
from .market import BookKey, Match, Quote, Side, TimeInForce
from .money import Cents


@dataclass(slots=True, unsafe_hash=True)  # ADR 0050
class Placement:
    """The result of placing, returning or repricing a quote."""

    quote: Final[Quote]
    match: Final[Match | None] = None
    replayed: Final[bool] = False
    """Whether it was already answered, under the same idempotency key."""


@dataclass(slots=True, unsafe_hash=True)  # ADR 0050
class PlaceQuote:
    """A bid or an ask that passed all checks except those of the book."""

    id: Final[QuoteId]
    side: Final[Side]
    user_id: Final[UserId]
    book: Final[BookKey]
    amount: Final[Cents]
    expires_at: Final[datetime]
    time_in_force: Final[TimeInForce] = TimeInForce.GTC
    idempotency_key: Final[IdempotencyKey | None] = None
