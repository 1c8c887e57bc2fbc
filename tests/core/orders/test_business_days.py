"""Business days are Monday to Friday, at any hour."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solebook.core.orders.business_days import add_business_days

INSTANTS = st.timedeltas(timedelta(0), timedelta(days=7_000)).map(
    lambda since: datetime(2020, 1, 1, tzinfo=UTC) + since
)
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("Monday", "Wednesday"),
        ("Tuesday", "Thursday"),
        ("Wednesday", "Friday"),
        ("Thursday", "Monday"),
        ("Friday", "Tuesday"),
        ("Saturday", "Tuesday"),
        ("Sunday", "Tuesday"),
    ],
)
def test_two_business_days_skip_the_weekend(start: str, end: str) -> None:
    instant = datetime(2026, 3, 2 + DAYS.index(start), 23, 59, 59, 999_999, tzinfo=UTC)
    due = add_business_days(instant, 2)
    assert DAYS[due.weekday()] == end
    assert due.timetz() == instant.timetz()
    assert due - instant <= timedelta(days=4)


@given(INSTANTS, st.integers(1, 30))
def test_time_to_ship_has_the_given_number_of_business_days(start: datetime, days: int) -> None:
    due = add_business_days(start, days)
    passed = [start + timedelta(days=n) for n in range(1, (due - start).days + 1)]
    assert sum(instant.weekday() < 5 for instant in passed) == days
    assert due.weekday() < 5
    assert passed[-1] == due


@given(INSTANTS, st.integers(0, 10), st.integers(1, 10))
def test_adding_days_twice_equals_adding_their_sum(start: datetime, first: int, then: int) -> None:
    halfway = add_business_days(start, first)
    assert add_business_days(halfway, then) == add_business_days(start, first + then)


@given(INSTANTS)
def test_zero_days_add_no_time(start: datetime) -> None:
    assert add_business_days(start, 0) == start
