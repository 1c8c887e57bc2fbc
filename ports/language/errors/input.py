"""Refusals of what was entered."""

from dataclasses import dataclass
from datetime import datetime

from .base import Refusal


@dataclass(eq=False)
class InvalidSize(Refusal):
    """The text is not a US shoe size."""

    size: str

    def __str__(self) -> str:
        return f"{self.size!r} is not a US shoe size such as 9, 10.5 or 6Y"


@dataclass(eq=False)
class OutOfRange(Refusal):
    """A number is outside its limits."""

    field: str
    value: int
    minimum: int
    maximum: int

    def __str__(self) -> str:
        return f"{self.field} must be between {self.minimum} and {self.maximum}, not {self.value}"


@dataclass(eq=False)
class EmptySpan(Refusal):
    """A span of time ends before it begins. Times are in UTC."""

    start: datetime
    end: datetime

    def __str__(self) -> str:
        return f"the span from {self.start:%Y-%m-%d %H:%M} to {self.end:%Y-%m-%d %H:%M} is empty"


@dataclass(eq=False)
class InvalidText(Refusal):
    """A text is empty, too long or malformed; `problem` says which."""

    field: str
    problem: str

    def __str__(self) -> str:
        return f"{self.field} {self.problem}"


@dataclass(eq=False)
class OutsideTick(Refusal):
    """The amount is not a multiple of the tick."""

    amount: int
    tick: int

    def __str__(self) -> str:
        return f"{self.amount} is not a multiple of the tick of {self.tick}"
