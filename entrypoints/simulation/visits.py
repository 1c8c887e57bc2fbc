"""When traders come to the market, and with what in mind."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from random import Random

from .behaviour import Behaviour


class Intent(Enum):
    """What a visitor is about to do."""

    PLACE = auto()
    REPRICE = auto()
    CANCEL = auto()


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit, with all the chance that is in it.

    It does not depend on the rules of the market, nor on what happens there: under other rules
    the same people come at the same instants with the same opinions.
    """

    after: timedelta
    """Since the market opened."""
    intent: Intent
    book: int
    """Which of the market's books is visited, by its place in their list."""
    opinion: float
    """What the pair is worth to the visitor, as a share of its fair value."""
    patient: bool
    """Whether the visitor waits for somebody to meet the price (gtc), or not (ioc)."""
    holdout: float
    """The share of the price that a patient visitor holds out for."""
    choice: float
    """Which open quote the visitor turns to, from 0 (the newest) up to but not including 1."""
    card_declined: bool


def draw_visits(behaviour: Behaviour, *, days: int, books: int, dice: Random) -> Iterator[Visit]:
    """Yield one trader's visits in `days` days, in order of time."""
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
