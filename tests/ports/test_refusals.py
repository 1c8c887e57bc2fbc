"""What the log says of a refusal."""

import asyncio

import pytest

from solebook.ports.language.errors import Unavailable, with_cause


def caused(cause: Exception | None) -> Unavailable:
    with pytest.raises(Unavailable) as refused:
        raise Unavailable(what="the store") from cause
    return refused.value


@pytest.mark.parametrize(
    ("cause", "text"),
    [
        (None, "the store is unavailable; try again in 1 s"),
        (OSError("no route"), "the store is unavailable; try again in 1 s (no route)"),
        (OSError("it\nstarts"), "the store is unavailable; try again in 1 s (it)"),
        (TimeoutError(), "the store is unavailable; try again in 1 s (TimeoutError)"),
    ],
)
def test_the_log_has_the_cause_of_an_outage(cause: Exception | None, text: str) -> None:
    assert with_cause(caused(cause)) == text


def test_the_log_names_an_error_without_a_text() -> None:
    assert with_cause(TimeoutError()) == "TimeoutError"


async def test_the_log_names_a_timeout_and_not_the_cancellation_that_caused_it() -> None:
    with pytest.raises(TimeoutError) as late:
        async with asyncio.timeout(0):
            await asyncio.Event().wait()
    assert with_cause(late.value) == "TimeoutError"
