"""How long a delivery waits before it is tried again."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solebook.adapters.messaging.retry_policy import RetryPolicy


@given(
    attempts=st.integers(1, 1_000),
    fraction=st.floats(0, 1, exclude_max=True),
    factor=st.floats(1, 10),
)
def test_no_delay_is_longer_than_allowed_or_shorter_than_half_the_first(
    attempts: int, fraction: float, factor: float
) -> None:
    policy = RetryPolicy(factor=factor)
    delay = policy.delay(attempts, fraction)
    assert policy.first_delay / 2 <= delay <= policy.max_delay
    assert delay <= policy.delay(attempts + 1, fraction)


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_attempts": 0},
        {"factor": 0.5},
        {"first_delay": timedelta(0)},
        {"max_delay": timedelta(milliseconds=1)},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="policy"):
        RetryPolicy(**wrong)  # type: ignore[arg-type]  # whichever field it is


def test_a_delivery_is_tried_for_a_quarter_of_an_hour_at_least() -> None:
    policy = RetryPolicy()
    shortest = sum(
        (policy.delay(attempts, 0.0) for attempts in range(1, policy.max_attempts)), timedelta()
    )
    assert shortest >= timedelta(minutes=15)
