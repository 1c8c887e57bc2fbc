"""The families of browsers and programs, by what they call themselves."""

import re

_FAMILIES = (
    ("Edge", re.compile(r"\bEdg(?:e|A|iOS)?/")),
    ("Opera", re.compile(r"\bOPR/|\bOpera\b")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/")),
    ("Chrome", re.compile(r"\b(?:Chrome|CriOS|Chromium)/")),
    ("Safari", re.compile(r"\bSafari/")),
    ("curl", re.compile(r"^curl/")),
)
"""Programs by what they call themselves, the more special first: all call themselves Safari."""
OTHER = "another program"


def family_of(program: str) -> str:
    """Return the family of a program that calls itself so.

    >>> family_of("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    'Firefox'
    """
    return next((name for name, said in _FAMILIES if said.search(program)), OTHER)
