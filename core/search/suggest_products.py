"""Suggest products while a user types."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...ports.language.search import Suggestion
from ...ports.search_index import SearchReader


@dataclass(frozen=True, slots=True)
class SuggestProducts:
    """Suggests products for a text whose last word may be incomplete."""

    search_index: SearchReader

    async def __call__(
        self, text: str, limit: int, brand: str | None = None
    ) -> Sequence[Suggestion]:
        """Return up to `limit` products, most relevant first, of one brand if it is given.

        Raises InvalidText.
        """
        return await self.search_index.autocomplete(text, limit, brand)
