"""What a portfolio was worth, as a drawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ....ports.language.money import Cents
from ....ports.language.portfolios import PortfolioValue
from ..market.chart import HEIGHT, RIGHT, WIDTH, Scale


@dataclass(frozen=True, slots=True)
class ValueChart:
    """Two lines over time, as the points of polylines: the value, and what was paid."""

    value: str
    paid: str
    lines: tuple[tuple[float, Cents], ...]
    """Where an amount is."""
    dates: tuple[tuple[float, float, datetime], ...]
    """Where the first and the last day are written."""


def value_chart_of(values: Sequence[PortfolioValue]) -> ValueChart | None:
    """Return the drawing of values, oldest first, or None with fewer than two: that is no line."""
    if len(values) < 2:
        return None
    amounts = [amount for each in values for amount in (each.value, each.paid)]
    scale = Scale(min(amounts), max(amounts))
    first, last = values[0].at, values[-1].at

    def x(at: datetime) -> float:
        return round((at - first) / (last - first) * (WIDTH - RIGHT), 1)

    def points(heights: Sequence[Cents]) -> str:
        spots = zip(values, heights, strict=True)
        return " ".join(f"{x(each.at)},{scale.y(height)}" for each, height in spots)

    return ValueChart(
        value=points([each.value for each in values]),
        paid=points([each.paid for each in values]),
        lines=scale.lines,
        dates=((0, HEIGHT - 4, first), (WIDTH - RIGHT - 64, HEIGHT - 4, last)),
    )
