"""Candles as a drawing."""

from collections.abc import Sequence
from dataclasses import dataclass

from ....ports.language.analytics import Candle
from ....ports.language.money import Cents

WIDTH, HEIGHT = 640, 240
_TOP, _BOTTOM, _RIGHT = 12, 24, 64
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


def chart_of(candles: Sequence[Candle]) -> Chart | None:
    """Return the drawing of candles, or None without any."""
    if not candles:
        return None
    highest, lowest = max(c.high for c in candles), min(c.low for c in candles)
    span = max(highest - lowest, 1)

    def y(price: float) -> float:
        return round(_TOP + (highest - price) / span * (HEIGHT - _TOP - _BOTTOM), 1)

    step = (WIDTH - _RIGHT) / len(candles)
    width = min(step * 0.7, 14)
    bars = tuple(
        Bar(
            x=round(step * (place + 0.5), 1),
            width=round(width, 1),
            high=y(candle.high),
            low=y(candle.low),
            top=y(max(candle.open, candle.close)),
            height=max(1.0, round(abs(y(candle.open) - y(candle.close)), 1)),
            rises=candle.close >= candle.open,
            candle=candle,
        )
        for place, candle in enumerate(candles)
    )
    prices = sorted({lowest + round(span * part / _LINES) for part in range(_LINES + 1)})
    return Chart(bars, tuple((y(price), price) for price in prices))
