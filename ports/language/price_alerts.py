"""Prices that users watch."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from .ids import AlertId, UserId
from .market import BookKey
from .money import Cents


@dataclass(frozen=True, slots=True)
class PriceAlert:
    """A user wants to hear when a book's lowest ask comes down to `price` cents, or below."""

    id: AlertId
    user_id: UserId
    book: BookKey
    price: Cents
    created_at: datetime
    dropped_at: datetime | None = None
    """When it last fired."""
    dropped_to: Cents | None = None
    """The lowest ask that it last fired at; None also if it fired before that was noted."""
    told_at: datetime | None = None
    """When its user was last told of the book, by any alert, since this one was made."""
    missed: bool = False
    """Whether it would have fired since then, but for its rest."""


@dataclass(frozen=True, slots=True)
class PriceFall:
    """The lowest ask of a book came down at an instant: from `before`, or from none.

    `pause` is how long a user's alerts on a book rest after one of them has fired, and `memory`
    how long after an alert has fired it fires only at a lower price.
    """

    book: BookKey
    before: Cents | None
    lowest_ask: Cents
    at: datetime
    pause: timedelta
    memory: timedelta

    @property
    def rested_since(self) -> datetime:
        """Alerts whose users were told then or earlier have rested."""
        return self.at - self.pause

    @property
    def forgotten_since(self) -> datetime:
        """Alerts that fired then or earlier do not remember at which price."""
        return self.at - self.memory

    def concerns(self, alert: PriceAlert) -> bool:
        """Return whether it makes an alert fire, as soon as that has rested.

        It does with those whose price the lowest ask crossed on its way down, if they are no
        younger, and hear of a lower price than the last one unless that is forgotten. One that
        fired at this fall or at a later one is not concerned.
        """
        crossed = alert.book == self.book and self.lowest_ask <= alert.price
        if not crossed or (self.before is not None and self.before <= alert.price):
            return False
        if alert.created_at > self.at:
            return False
        if alert.dropped_at is None:
            return True
        if alert.dropped_at >= self.at:
            return False
        if alert.dropped_to is None or alert.dropped_at <= self.forgotten_since:
            return True
        return self.lowest_ask < alert.dropped_to

    def has_rested(self, alert: PriceAlert) -> bool:
        """Return whether an alert may fire: its user was not told of the book for a while."""
        return alert.told_at is None or alert.told_at <= self.rested_since
