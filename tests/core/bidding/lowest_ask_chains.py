"""The lowest asks, followed through every change event in order."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from solebook.ports.language.events import LowestAskChanged
from solebook.ports.language.market import BookKey


@dataclass(slots=True)
class LowestAskChains:
    """Follows the events, and asserts that each starts at the end of the previous one."""

    lowest: dict[BookKey, int | None] = field(default_factory=dict)
    told: list[tuple[int | None, int | None]] = field(default_factory=list)
    """Every change so far, as (from, to)."""

    def tell_batch(self, events: Iterable[LowestAskChanged]) -> None:
        """Hear what one batch tells: of each book once at most."""
        books = set()
        for event in events:
            assert event.book not in books, "a batch tells of a book once"
            books.add(event.book)
            self.tell(event)

    def tell(self, event: LowestAskChanged) -> None:
        assert event.before == self.lowest.get(event.book), event
        assert event.lowest_ask != event.before, event
        self.lowest[event.book] = event.lowest_ask
        self.told.append((event.before, event.lowest_ask))
