"""The visits of traders to the market: when they come and what they intend."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from random import Random

from .behaviour import Behaviour


class Intent(Enum):
    """What a visitor wants to do."""

    PLACE = auto()
    REPRICE = auto()
    CANCEL = auto()


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit, with all its random values.

    They do not depend on the market's rules or events. Under other rules, the same people come at
    the same times with the same opinions.
    """

    after: timedelta
    """The time since the market opened."""
    intent: Intent
    book: int
    """The index of the visited book."""
    opinion: float
    """The pair's worth to the visitor, as a share of its fair value."""
    patient: bool
    """Whether the visitor lets the quote rest (gtc) or not (ioc)."""
    holdout: float
    """The discount or premium of a patient visitor, as a share of the price."""
    choice: float
    """Selects an open quote to change or cancel, from 0 (the newest) to 1 (exclusive)."""
    card_declined: bool


def draw_visits(behaviour: Behaviour, *, days: int, books: int, dice: Random) -> Iterator[Visit]:
    """Yield one trader's visits in `days` days, in chronological order."""
    day = dice.expovariate(behaviour.visits_per_day)
    while day < days:
        yield Visit(
            after=timedelta(days=day),
            intent=_intent(behaviour, dice.random()),
            book=dice.randrange(books),
            opinion=dice.lognormvariate(0, behaviour.dispersion),
            patient=dice.random() >= behaviour.impatience,
            holdout=dice.uniform(0, behaviour.bargaining),
            choice=dice.random(),
            card_declined=dice.random() < behaviour.cards_declined,
        )
        day += dice.expovariate(behaviour.visits_per_day)


def _intent(behaviour: Behaviour, chance: float) -> Intent:
    if chance < behaviour.cancelling:
        return Intent.CANCEL
    if chance < behaviour.cancelling + behaviour.repricing:
        return Intent.REPRICE
    return Intent.PLACE
