"""Types of parameters. Each takes the parameter's name and value, and returns what it means."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .errors import ApiError, missing_parameter, unknown_parameter

Field = Callable[[str, Any], Any]
Fields = dict[str, Field]

_MOST = 99_999_999
_INTEGER = re.compile(r"-?[0-9]{1,18}")

CURRENCIES = (
    *("usd", "aud", "bhd", "brl", "cad", "chf", "clp", "czk", "dkk", "eur", "gbp", "hkd", "huf"),
    *("inr", "jod", "jpy", "krw", "kwd", "mxn", "nok", "nzd", "omr", "pln", "ron", "sek", "sgd"),
    *("thb", "tnd", "vnd"),
)
WITHOUT_CENTS = frozenset({"clp", "jpy", "krw", "vnd"})
WITH_THREE_DECIMALS = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})


def text(most: int = 5_000, *, can_be_unset: bool = False) -> Field:
    """A string. If it can be unset, the empty one is allowed."""

    def parse(name: str, value: Any) -> str:
        if not isinstance(value, str):
            raise ApiError(f"Invalid string: {value}", param=name)
        if not value and not can_be_unset:
            raise ApiError(
                f"You passed an empty string for '{name}'. We assume empty values are an attempt "
                f"to unset a parameter; however '{name}' cannot be unset.",
                code="parameter_invalid_empty",
                param=name,
            )
        if len(value) > most:
            raise ApiError(
                f"Invalid string: {value[:20]}...; must be at most {most} characters", param=name
            )
        return value

    return parse


def integer(least: int = 0, most: int = 10**18) -> Field:
    """A whole number."""

    def parse(name: str, value: Any) -> int:
        if not isinstance(value, str) or _INTEGER.fullmatch(value) is None:
            raise ApiError(
                f"Invalid integer: {value}", code="parameter_invalid_integer", param=name
            )
        number = int(value)
        if number < least:
            raise ApiError(
                f"This value must be greater than or equal to {least}.",
                code="parameter_invalid_integer",
                param=name,
            )
        if number > most:
            raise ApiError(
                f"This value must be less than or equal to {most}.",
                code="parameter_invalid_integer",
                param=name,
            )
        return number

    return parse


amount = integer(least=1)
"""An amount of money, in the smallest unit of its currency."""


def flag(name: str, value: Any) -> bool:
    """`true` or `false`."""
    if value not in ("true", "false"):
        raise ApiError(f"Invalid boolean: {value}", param=name)
    return bool(value == "true")


def choice(*choices: str) -> Field:
    """One of some words."""

    def parse(name: str, value: Any) -> str:
        if value not in choices:
            listed = f"{', '.join(choices[:-1])}, or {choices[-1]}" if choices[1:] else choices[0]
            raise ApiError(f"Invalid {name}: must be one of {listed}", param=name)
        return str(value)

    return parse


def currency(name: str, value: Any) -> str:
    """A currency, which is returned in lower case."""
    code = str(text()(name, value)).lower()
    if code not in CURRENCIES:
        raise ApiError(
            f"Invalid currency: {code}. Stripe currently supports these currencies: "
            f"{', '.join(CURRENCIES)}",
            param=name,
        )
    return code


def metadata(name: str, value: Any) -> dict[str, str]:
    """Up to 50 names and texts. An empty text deletes a name, and an empty value all of them."""
    if value == "":
        return {}
    if not isinstance(value, dict):
        raise ApiError("Invalid object", param=name)
    if len(value) > 50:
        raise ApiError(f"{name} can only have 50 keys.", param=name)
    known = text(most=500, can_be_unset=True)
    for key, held in value.items():
        if len(key) > 40:
            raise ApiError(f"Metadata keys must be at most 40 characters: {key}", param=name)
        known(f"{name}[{key}]", held)
    return dict(value)


def anything(_name: str, value: Any) -> Any:
    """A value that the double keeps without looking at it."""
    return value


def group(may: Fields, need: Fields | None = None) -> Field:
    """An object with parameters of its own."""

    def parse(name: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ApiError("Invalid object", param=name)
        return parsed(value, need or {}, may, name)

    return parse


def several(one: Field, most: int = 100) -> Field:
    """An array."""

    def parse(name: str, value: Any) -> list[Any]:
        values = _as_list(value)
        if values is None:
            raise ApiError("Invalid array", param=name)
        if len(values) > most:
            raise ApiError(f"{name} can have at most {most} values.", param=name)
        return [one(f"{name}[{place}]", each) for place, each in enumerate(values)]

    return parse


def or_text(field: Field, *words: str) -> Field:
    """A field that may be one of some words instead."""

    def parse(name: str, value: Any) -> Any:
        return value if value in words else field(name, value)

    return parse


def times(name: str, value: Any) -> Any:
    """A time in seconds, or a range of times."""
    number = integer()
    if isinstance(value, dict):
        return group(dict.fromkeys(("gt", "gte", "lt", "lte"), number))(name, value)
    return number(name, value)


def parsed(form: Mapping[str, Any], need: Fields, may: Fields, inside: str = "") -> dict[str, Any]:
    """Return the values of a form. Raises ApiError for an unknown, missing or wrong one."""
    result = {}
    for key, value in form.items():
        name = f"{inside}[{key}]" if inside else key
        field = need.get(key) or may.get(key)
        if field is None:
            raise unknown_parameter(name)
        result[key] = field(name, value)
    for key in need:
        if key not in result:
            raise missing_parameter(f"{inside}[{key}]" if inside else key)
    return result


def _as_list(value: Any) -> Sequence[Any] | None:
    if isinstance(value, list):
        return value
    if isinstance(value, dict) and all(key.isdecimal() for key in value):
        return [value[key] for key in sorted(value, key=int)]
    return None


def check_charge(value: int, code: str) -> None:
    """Raise ApiError for an amount that no card can be charged."""
    least = 50 if code not in WITH_THREE_DECIMALS else 500
    if value < least:
        raise ApiError(
            f"Amount must be at least {money(least, code)}", code="amount_too_small", param="amount"
        )
    if value > _MOST:
        raise ApiError(
            f"Amount must be no more than {money(_MOST, code)}",
            code="amount_too_large",
            param="amount",
        )
    if code in WITH_THREE_DECIMALS and value % 10:
        raise ApiError(
            f"Invalid amount: {code} amounts must be evenly divisible by 10.", param="amount"
        )


def money(value: int, code: str) -> str:
    """Return an amount as Stripe's messages have it, such as `$5.00 usd`."""
    sign = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}.get(code, "")
    if code in WITHOUT_CENTS:
        return f"{sign}{value} {code}"
    decimals = 3 if code in WITH_THREE_DECIMALS else 2
    unit = 10**decimals
    return f"{sign}{value // unit}.{value % unit:0{decimals}} {code}"
