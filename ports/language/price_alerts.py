"""Prices that users watch."""

from dataclasses import dataclass
from datetime import datetime

from .ids import AlertId, UserId
from .market import BookKey
from .money import Cents


@dataclass(frozen=True, slots=True)
class PriceAlert:
    """A user wants to hear whenever a book's lowest ask comes down to `price` cents, or below."""

    id: AlertId
    user_id: UserId
    book: BookKey
    price: Cents
    created_at: datetime
    dropped_at: datetime | None = None
    """When it last did."""
