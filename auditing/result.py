"""What a check of the packages found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """What was looked at, and either what is good, what is wrong, or why nobody was asked."""

    what: str
    good: str = ""
    problems: tuple[str, ...] = ()
    not_asked: str = ""
