"""Callers of the engine: concurrent, or held back during a commit."""

import asyncio
from collections.abc import Awaitable

from solebook.ports.language.placement import Placement

from .market import PRICE, Market

Answer = Placement | BaseException


async def all_answers(*calls: Awaitable[Placement]) -> list[Answer]:
    return await asyncio.gather(*calls, return_exceptions=True)


async def held_back(market: Market) -> "asyncio.Task[Placement]":
    """Return a bid whose commit blocks until `may_commit` is set."""
    market.books.committing.clear()
    market.books.may_commit.clear()
    bid = asyncio.create_task(market.bid(PRICE))
    await market.books.committing.wait()
    return bid


async def stopped(market: Market) -> None:
    """Fail rather than hang if the engine does not stop."""
    async with asyncio.timeout(60):
        await market.engine.stop()
