"""Price alerts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from .ids import AlertId, UserId
from .market import BookKey
from .money import Cents


@dataclass(frozen=True, slots=True)
class PriceAlert:
    """A user's alert for when a book's lowest ask falls to `price` or below."""

    id: AlertId
    user_id: UserId
    book: BookKey
    price: Cents
    created_at: datetime
    dropped_at: datetime | None = None
    """When it last fired."""
    dropped_to: Cents | None = None
    """The lowest ask when it last fired. None also for alerts that fired before this was stored."""
    told_at: datetime | None = None
    """When the user was last told about the book, by any alert, since this one was created."""
    missed: bool = False
    """Whether it would have fired since then without the pause."""


@dataclass(frozen=True, slots=True)
class PriceFall:
    """A fall of a book's lowest ask at an instant: from `before`, or from no ask.

    `pause` is how long a user's alerts on a book pause after one has fired. `memory` is how long an
    alert that fired fires again only at a lower price.
    """

    book: BookKey
    before: Cents | None
    lowest_ask: Cents
    at: datetime
    pause: timedelta
    memory: timedelta

    @property
    def rested_since(self) -> datetime:
        """Alerts whose users were told at this time or earlier are no longer paused."""
        return self.at - self.pause

    @property
    def forgotten_since(self) -> datetime:
        """Alerts that fired at this time or earlier do not remember their price."""
        return self.at - self.memory

    def concerns(self, alert: PriceAlert) -> bool:
        """Return whether the fall makes an alert fire, at the latest after its pause.

        The lowest ask must have crossed its price, and the alert must not be younger than the fall.
        Unless it is forgotten, the lowest ask must also be below the last reported one. An alert
        that fired at this fall or a later one does not fire again.
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
        """Return whether an alert may fire because its user's pause is over."""
        return alert.told_at is None or alert.told_at <= self.rested_since
