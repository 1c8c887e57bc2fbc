"""Limits of the numbers in the settings, declared beside each number.

A field is declared as `Annotated[int, Between(1, 10)]`, and its class calls `check_limits` on
creation. A number without limits raises an error, so none can be forgotten.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, TypeAlias, get_args, get_origin, get_type_hints

Number: TypeAlias = int | float | timedelta

_NUMBERS = (int, float, timedelta)
_FOUND: "dict[type, dict[str, tuple[type, Between]]]" = {}


@dataclass(frozen=True, slots=True)
class Between:
    """The minimum and the maximum of a number, and the reasons for them."""

    least: Number
    most: Number
    why: str = ""
    why_not_more: str = ""

    def check(self, name: str, value: object, kind: type) -> None:
        """Raise ValueError unless `value` is a number of this kind within the limits."""
        if type(value) is not kind and not (kind is float and type(value) is int):
            raise ValueError(f"{name} must be of type {kind.__name__}, not {value!r}")
        number: Any = value
        least: Any = self.least
        most: Any = self.most
        if not least <= number <= most:  # also for NaN
            reason = self.why if number < least else self.why_not_more if number > most else ""
            why = f": {reason}" if reason else ""
            limits = f"{as_written(least)} to {as_written(most)}"
            raise ValueError(f"{name} must be from {limits}, not {as_written(number)}{why}")


def check_limits(settings: object) -> None:
    """Raise ValueError unless each number among the fields of `settings` is within its limits.

    A field that may be None, or that holds several numbers, has limits for each number.
    """
    for name, (kind, between) in limits_of(type(settings)).items():
        for value in _numbers(getattr(settings, name)):
            between.check(name, value, kind)


def limits_of(settings: type) -> dict[str, tuple[type, Between]]:
    """Return the type and the limits of each field of a class that is a number.

    Raises TypeError for a number without limits.
    """
    if settings in _FOUND:
        return _FOUND[settings]
    found: dict[str, tuple[type, Between]] = {}
    for name, hint in get_type_hints(settings, include_extras=True).items():
        for kind, between in _kinds(hint):
            if between is None:
                raise TypeError(
                    f"{settings.__name__}.{name} is a number without limits: "
                    "declare it as Annotated[..., Between(least, most)]"
                )
            found[name] = (kind, between)
    return _FOUND.setdefault(settings, found)


def _kinds(hint: Any, between: Between | None = None) -> Iterator[tuple[type, Between | None]]:
    """Yield each type of number in a field's type, with its limits."""
    if get_origin(hint) is Annotated:
        inner, *notes = get_args(hint)
        own = next((note for note in notes if isinstance(note, Between)), between)
        yield from _kinds(inner, own)
    elif hint in _NUMBERS:
        yield hint, between
    else:
        for argument in get_args(hint):
            yield from _kinds(argument, between)


def _numbers(value: object) -> Iterator[object]:
    if isinstance(value, tuple):
        yield from value
    elif value is not None:
        yield value


def as_written(value: Number) -> str:
    """Return a number as a setting is written, a duration in ISO 8601.

    >>> as_written(10_000), as_written(timedelta(days=1, seconds=90)), as_written(timedelta(0))
    ('10_000', 'P1DT1M30S', 'PT0S')
    """
    if isinstance(value, timedelta):
        return _duration(value) if value >= timedelta(0) else f"-{_duration(-value)}"
    return str(value) if isinstance(value, float) else f"{value:_}"


def _duration(value: timedelta) -> str:
    minutes, seconds = divmod(value.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "H"), (minutes, "M"), (seconds + value.microseconds / 1e6, "S"))
    time = "".join(f"{number:g}{unit}" for number, unit in parts if number)
    days = f"{value.days}D" if value.days else ""
    return f"P{days}" + (f"T{time}" if time else "" if days else "T0S")
