"""The command to place a quote, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from .idempotency import IdempotencyKey
from .ids import QuoteId, UserId
from .market import BookKey, Match, Quote, Side, TimeInForce
from .money import Cents


@dataclass(slots=True, unsafe_hash=True)  # ADR 0050
class Placement:
    """What became of a quote that was placed, restored or repriced."""

    quote: Final[Quote]
    match: Final[Match | None] = None
    replayed: Final[bool] = False
    """Whether it was answered before, under the same idempotency key."""


@dataclass(slots=True, unsafe_hash=True)  # ADR 0050
class PlaceQuote:
    """Asks the engine to place a bid or an ask that passed every rule but those of the book."""

    id: Final[QuoteId]
    side: Final[Side]
    user_id: Final[UserId]
    book: Final[BookKey]
    amount: Final[Cents]
    expires_at: Final[datetime]
    time_in_force: Final[TimeInForce] = TimeInForce.GTC
    idempotency_key: Final[IdempotencyKey | None] = None
