"""The demo waits as long as there is progress."""

from collections.abc import Awaitable, Callable, Iterator

import pytest

from solebook.entrypoints.demo import api
from solebook.entrypoints.demo.api import ApiRefusal, wait_through
from solebook.ports.language.errors import Unavailable


def returning(values: Iterator[int | None]) -> Callable[[], Awaitable[int | None]]:
    async def first() -> int | None:
        return next(values)

    return first


async def test_it_waits_for_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "_POLL", 0.0)
    values: list[int | None] = [1, 1, 2, 2, 2, 3, None]
    rest = iter(values)
    await wait_through(returning(rest), "a message")
    assert list(rest) == []


async def test_one_that_never_ends_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "_PATIENCE", 0.0)

    async def first() -> int:
        return 1

    with pytest.raises(ApiRefusal, match="waited 0 s for a message"):
        await wait_through(first, "a message")


async def test_a_store_that_is_unavailable_for_a_moment_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(api, "_POLL", 0.0)
    answers: list[int | Exception | None] = [1, Unavailable(what="the store"), 1, None]

    async def first() -> int | None:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    await wait_through(first, "a message")
    assert not answers
