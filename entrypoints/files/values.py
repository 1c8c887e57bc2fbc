"""Amounts, dates, sizes and names in files: in ASCII digits, and with one meaning each."""

import re
from datetime import UTC, date, datetime
from functools import lru_cache

from ...ports.language.currencies import Currency
from ...ports.language.errors import InvalidSize, InvalidText
from ...ports.language.market import Size, parse_size
from ...ports.language.money import Cents
from ...ports.language.text import check_text

YEARS = range(1980, 2101)
_MOST_SHOWN = 100
_AMOUNT = re.compile(r"([$€£¥]?) ?([0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,15})(\.[0-9]+)?")
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_AMERICAN = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}|[0-9]{2})")
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)
_SIZE = re.compile(r"([0-9]{1,2})(?:\.([05])0*)?([A-Z]?)")


_remembered = lru_cache(4_096)
"""Files repeat what they say in most columns."""


@_remembered
def parse_amount(column: str, text: str, currency: Currency) -> Cents:
    """Return an amount, such as 1097, 1,097.50 or $1,097, in minor units. Raises ValueError.

    A sign must be that of the currency.

    >>> parse_amount("price", "$1,097", Currency.of("USD"))
    109700
    """
    found = _AMOUNT.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        amount = currency.parse(found[2].replace(",", "") + (found[3] or ""))
    except ValueError:
        raise ValueError(
            f"{column} {short(text)} is not an amount such as {currency.example}"
        ) from None
    if _SIGNS.get(found[1], currency.code) != currency.code:
        raise ValueError(f"{column} {short(text)} is not in {currency.code}")
    return amount


@_remembered
def parse_day(column: str, text: str) -> date:
    """Return a day, such as 2017-09-01, 9/1/2017 or 9/1/17 (month first). Raises ValueError.

    >>> parse_day("sold_on", "9/24/16")
    datetime.date(2016, 9, 24)
    """
    if found := _DATE.fullmatch(text):
        year, month, day = map(int, found.groups())
    elif found := _AMERICAN.fullmatch(text):
        month, day, year = map(int, found.groups())
        year += 2000 if len(found[3]) == 2 else 0
    else:
        raise ValueError(f"{column} {short(text)} is not a date such as 2017-10-17 or 10/17/2017")
    if year not in YEARS:
        raise ValueError(f"{column} {short(text)} is not between {YEARS[0]} and {YEARS[-1]}")
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"{column} {short(text)}: there is no such day") from None


def parse_instant(column: str, text: str) -> datetime:
    """Return an instant in UTC: a time with its zone, or a day, which means its beginning in UTC.

    Raises ValueError.

    >>> parse_instant("sold_at", "2017-09-01T12:30:00+02:00").isoformat()
    '2017-09-01T10:30:00+00:00'
    """
    if not (found := _TIME.fullmatch(text)):
        day = parse_day(column, text)
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    parse_day(column, found[1])
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{column} {short(text)}: there is no such time") from None


@_remembered
def parse_us_size(column: str, text: str) -> Size:
    """Return a size; 11.0 is 11. Raises ValueError.

    >>> parse_us_size("size", "11.0"), parse_us_size("size", "6.5Y")
    ('11', '6.5Y')
    """
    found = _SIZE.fullmatch(text)
    plain = f"{found[1]}{'.5' if found[2] == '5' else ''}{found[3]}" if found else text
    try:
        return parse_size(plain)
    except InvalidSize:
        raise ValueError(
            f"{column} {short(text)} is not a US shoe size such as 9, 10.5 or 6Y"
        ) from None


@_remembered
def parse_name(column: str, text: str) -> str:
    """Return a name of 1 to 100 characters. Raises ValueError."""
    try:
        return check_text(column, text, max_length=_MOST_SHOWN)
    except InvalidText as error:
        raise ValueError(str(error)) from None


def short(text: str) -> str:
    """Return what is in a field, cut if it is very long, for a message."""
    return repr(text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}...")
