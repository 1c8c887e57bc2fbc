"""Stories of money at Stripe. Webhooks come in every manner, calls are cut, and processes die.

Whatever happens, each charge, refund and transfer is made once, and after each step the ledger has
what Stripe has. A share is tried of what can be cut, and with `--full` all.
"""

import asyncio
import random
from collections.abc import Sequence
from functools import cache
from typing import TypeVar

import pytest

from .stories import STORIES, Story
from .telling import Telling, tell
from .town import MANNERS, no_delays

__all__ = ["no_delays"]
# What they run is run by other tests too, which coverage watches.
pytestmark = [pytest.mark.usefixtures("no_delays"), pytest.mark.no_cover]
EACH_STORY = pytest.mark.parametrize("story", STORIES, ids=str)
AT_WORK = ("once", "missing")
"""The manners in which the exchange is interrupted: it is told of everything, or it must ask."""
_CUTS, _CRASHES = 1, 2
"""How many are tried of a story without `--full`."""

T = TypeVar("T")


@cache
def smooth(story: Story, manner: str = "once") -> Telling:
    """Tell a story in which nothing is cut."""
    return asyncio.run(tell(story, manner=manner))


def manners_of(story: Story, *, full: bool) -> Sequence[str]:
    """Return how webhooks come, beside once: without `--full` one manner, each in its turn."""
    turn = STORIES.index(story)
    if full:
        return MANNERS[1:]
    return ["missing" if turn % 2 else MANNERS[1 + turn // 2 % 3]]


def interrupted(story: Story, *, full: bool) -> Sequence[str]:
    return AT_WORK if full else [AT_WORK[STORIES.index(story) % 2]]


def share(story: Story, things: Sequence[T], count: int, *, full: bool) -> Sequence[T]:
    """Return some of the things that can be tried with a story: always the same."""
    dice = random.Random(str(story))  # no secret
    return things if full else dice.sample(things, min(count, len(things)))


@EACH_STORY
def test_money_moves_once_however_webhooks_come(story: Story, full: bool) -> None:
    for manner in manners_of(story, full=full):
        assert smooth(story, manner).outcome == smooth(story).outcome, manner


@EACH_STORY
def test_money_moves_once_whichever_call_is_cut(story: Story, full: bool) -> None:
    for manner in interrupted(story, full=full):
        cuts = [
            (number, when)
            for number in range(1, smooth(story, manner).calls + 1)
            for when in ("before", "after")
        ]
        for number, when in share(story, cuts, _CUTS, full=full):
            told = asyncio.run(tell(story, manner=manner, number=number, when=when))
            assert told.outcome == smooth(story).outcome, (manner, number, when)


@EACH_STORY
def test_a_crash_at_any_edge_changes_nothing_in_the_end(story: Story, full: bool) -> None:
    for manner in interrupted(story, full=full):
        for edge in share(story, smooth(story, manner).edges, _CRASHES, full=full):
            told = asyncio.run(tell(story, manner=manner, fatal=edge))
            assert told.was_killed, (manner, edge)
            assert told.outcome == smooth(story).outcome, (manner, edge)
