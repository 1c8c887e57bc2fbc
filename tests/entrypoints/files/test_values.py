"""Amounts, dates and sizes of files: what is read, and what is refused."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from solebook.entrypoints.files.values import (
    parse_amount,
    parse_day,
    parse_instant,
    parse_us_size,
)
from solebook.ports.language.currencies import Currency

USD, JPY = Currency.of("USD"), Currency.of("JPY")


def amount(text: str, currency: Currency = USD) -> int:
    return parse_amount("price", text, currency)


def test_amounts_are_read_as_people_and_the_contest_write_them() -> None:
    texts = {
        "$1,097": 109_700,
        "1097": 109_700,
        "$220": 22_000,
        "0.5": 50,
        "$ 12,345.60": 1_234_560,
    }
    assert {text: amount(text) for text in texts} == texts
    assert amount("¥1,097", JPY) == 1_097


def test_days_are_read_in_both_forms_of_the_contest() -> None:
    texts = {
        "9/1/17": date(2017, 9, 1),
        "9/1/2017": date(2017, 9, 1),
        "09/01/2017": date(2017, 9, 1),
        "2017-09-01": date(2017, 9, 1),
        "2/29/16": date(2016, 2, 29),
    }
    assert {text: parse_day("day", text) for text in texts} == texts


def test_a_time_is_read_with_its_zone_and_a_day_begins_in_utc() -> None:
    noon = datetime(2017, 9, 1, 12, tzinfo=UTC)
    for text in ("2017-09-01T12:00Z", "2017-09-01 12:00:00.000Z", "2017-09-01T14:00:00+02:00"):
        assert parse_instant("at", text) == noon
    assert parse_instant("at", "9/1/17") == datetime(2017, 9, 1, tzinfo=UTC)


def test_sizes_are_read_with_and_without_decimals() -> None:
    texts = {"11.0": "11", "11": "11", "10.5": "10.5", "10.50": "10.5", "6Y": "6Y", "6.0Y": "6Y"}
    assert {text: parse_us_size("size", text) for text in texts} == texts


REFUSED: dict[Callable[[str], object], tuple[str, ...]] = {
    amount: (
        *("", "1٠,٧٠٠", "٧٠٠", "１０９７", "-5", "$-5", "-$5", "(5)", "nan", "inf", "1e3", "1_000"),
        *(
            "1.097,00",
            "1,09",
            "10,97",
            ",100",
            "1,0970",
            "1,097,",
            "0x10",
            "1.234",
            "5.",
            ".5",
            "$",
        ),
        *("€220", "220 USD", "$$5", "1 097", "9" * 400, "1,000,000,000,000,000,000"),
    ),
    lambda text: amount(text, JPY): ("$1,097", "1097.5"),
    lambda text: parse_day("day", text): (
        *("", "2/30/17", "13/1/2017", "31/12/2017", "0/1/17", "2017-02-29", "2017-13-01"),
        *("٩/1/17", "9/1/١٧", "2０17-09-01", "9/1/017", "9/1/02017", "1/1/1900", "2101-01-01"),
        *("9-1-17", "1.9.2017", "20170901", "2017/09/01", "9/1/17 12:00", "today", "-1/1/17"),
    ),
    lambda text: parse_instant("at", text): (
        *("2017-09-01T12:00", "2017-02-30T12:00Z", "2017-09-01T25:00Z", "2017-09-01T12:00+99:00"),
        "2017-09-01T1٢:00Z",
    ),
    lambda text: parse_us_size("size", text): (
        *("", "٩", "１０", "10.3", "10.25", "99", "-9", "9e0", "nan", "9,5", "11.00.0", "42", "x"),
    ),
}


@pytest.mark.parametrize("parse", REFUSED, ids=["dollars", "yen", "days", "times", "sizes"])
def test_what_could_mean_something_else_is_refused_and_shown(
    parse: Callable[[str], object],
) -> None:
    for text in REFUSED[parse]:
        with pytest.raises(ValueError, match=re.escape(repr(text[:10])[:-1])) as refused:
            parse(text)
        assert len(str(refused.value)) < 250
