"""The products of a simulated market and their fair values."""

import math
from dataclasses import dataclass
from random import Random

from ...ports.language.market import parse_size
from ...ports.language.money import Cents

_HOURS = 24


@dataclass(frozen=True, slots=True)
class Sneaker:
    """A product whose fair value, in minor units, follows a random walk of its logarithm.

    `drift` and `volatility` are the mean and the standard deviation of one day's change.
    Raises ValueError, and InvalidSize for an invalid size.
    """

    name: str
    fair_value: Cents
    drift: float = 0.0
    volatility: float = 0.02
    sizes: tuple[str, ...] = ("9", "10", "11")

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("a sneaker needs a name")
        if self.fair_value <= 0:
            raise ValueError(f"{self.name}: fair_value must be positive, not {self.fair_value}")
        if not -1 <= self.drift <= 1:
            raise ValueError(f"{self.name}: drift must be between -1 and 1, not {self.drift}")
        if not 0 <= self.volatility <= 1:
            raise ValueError(
                f"{self.name}: volatility must be between 0 and 1, not {self.volatility}"
            )
        for size in self.sizes:
            parse_size(size)
        if not self.sizes or len(set(self.sizes)) < len(self.sizes):
            raise ValueError(f"{self.name}: sizes must be one or more, all different: {self.sizes}")


SNEAKERS = (
    Sneaker("Runner", 16_000),
    Sneaker("High Top", 24_000, drift=0.002),
    Sneaker("Limited", 65_000, drift=-0.002, volatility=0.04),
)
"""A small catalogue: one stable product, one that rises, one that is volatile."""


def fair_values(sneaker: Sneaker, days: int, dice: Random) -> tuple[float, ...]:
    """Return the sneaker's fair value for each hour of a simulation, in minor units."""
    mean, deviation = sneaker.drift / _HOURS, sneaker.volatility / math.sqrt(_HOURS)
    value = float(sneaker.fair_value)
    values = [value]
    for _ in range(days * _HOURS):
        value *= dice.lognormvariate(mean, deviation)
        values.append(value)
    return tuple(values)
