"""Candles as a drawing."""

from collections.abc import Sequence
from dataclasses import dataclass

from ....ports.language.analytics import Candle
from ....ports.language.money import Cents

WIDTH, HEIGHT = 640, 240
RIGHT = 92
"""The width of the prices beside the drawing."""
_TOP, _BOTTOM = 12, 24
_LINES = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """A candle in units of the drawing, and the candle itself."""

    x: float
    width: float
    high: float
    low: float
    top: float
    height: float
    rises: bool
    candle: Candle


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing of candles, which stand side by side: days without sales take no place."""

    bars: tuple[Bar, ...]
    lines: tuple[tuple[float, Cents], ...]
    """Where a price is."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Amounts between a lowest and a highest one, as heights of the drawing."""

    lowest: Cents
    highest: Cents

    def y(self, amount: Cents) -> float:
        """Return how far below the drawing's top an amount is."""
        span = max(self.highest - self.lowest, 1)
        return round(_TOP + (self.highest - amount) / span * (HEIGHT - _TOP - _BOTTOM), 1)

    @property
    def lines(self) -> tuple[tuple[float, Cents], ...]:
        """The amounts that are written beside the drawing, and where they are."""
        span = max(self.highest - self.lowest, 1)
        amounts = sorted({self.lowest + round(span * part / _LINES) for part in range(_LINES + 1)})
        return tuple((self.y(amount), amount) for amount in amounts)


def chart_of(candles: Sequence[Candle]) -> Chart | None:
    """Return the drawing of candles, or None without any."""
    if not candles:
        return None
    scale = Scale(min(c.low for c in candles), max(c.high for c in candles))
    y, step = scale.y, (WIDTH - RIGHT) / len(candles)
    width = min(step * 0.7, 14)
    bars = tuple(
        Bar(
            x=round(step * (place + 0.5), 1),
            width=round(width, 1),
            high=y(candle.high),
            low=y(candle.low),
            top=y(max(candle.open, candle.close)),
            height=max(2.0, round(abs(y(candle.open) - y(candle.close)), 1)),
            rises=candle.close >= candle.open,
            candle=candle,
        )
        for place, candle in enumerate(candles)
    )
    return Chart(bars, scale.lines)
