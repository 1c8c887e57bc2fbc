"""Defects that the in-memory views detect at once."""

import pytest

from solebook.adapters.memory.book_views import MemoryBookViews
from solebook.adapters.memory.seeded import SeededIds
from solebook.ports.language.ids import ProductId
from solebook.ports.language.market import (
    BookChange,
    BookKey,
    BookView,
    LevelChange,
    PriceLevel,
    Side,
    Size,
)


@pytest.mark.parametrize("ask", [190, 180])
async def test_a_crossed_book_is_a_broken_invariant(ids: SeededIds, ask: int) -> None:
    views = MemoryBookViews()
    book = BookKey(ProductId(ids.new()), Size("9"))
    bids, asks = (PriceLevel(190, 1),), (PriceLevel(ask, 1),)
    with pytest.raises(AssertionError, match="crossed"):
        await views.publish(BookView(book, 1, bids, asks))
    await views.publish(BookView(book, 1, bids))
    with pytest.raises(AssertionError, match="crossed"):
        await views.apply(BookChange(book, 2, (LevelChange(Side.ASK, ask, 1),)))
