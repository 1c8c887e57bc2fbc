"""The halts of a shard, indexed by product."""

from collections.abc import Iterable, Iterator

from ...ports.language.halts import Halt
from ...ports.language.ids import HaltId, ProductId
from ...ports.language.market import BookKey


class StandingHalts:
    """The halts that have not ended. A book is halted while at least one of them covers it."""

    __slots__ = ("_by_id", "_of_product", "stand")

    def __init__(self, halts: Iterable[Halt] = ()) -> None:
        self._by_id: dict[HaltId, Halt] = {}
        self._of_product: dict[ProductId, dict[HaltId, Halt]] = {}
        self.stand = False
        """Whether any halt stands. If not, no command needs to look further."""
        for halt in halts:
            self.add(halt)

    def __iter__(self) -> Iterator[Halt]:
        return iter(self._by_id.values())

    def get(self, halt_id: HaltId) -> Halt | None:
        """Return the standing halt with this id, or None."""
        return self._by_id.get(halt_id)

    def like(self, halt: Halt) -> Halt | None:
        """Return the standing halt that covers exactly the same books as this one, or None."""
        for other in self._of_product.get(halt.product_id, {}).values():
            if (other.size, other.condition) == (halt.size, halt.condition):
                return other
        return None

    def cover(self, book: BookKey) -> bool:
        """Return whether a book is halted."""
        halts = self._of_product.get(book.product_id)
        return halts is not None and any(halt.covers(book) for halt in halts.values())

    def add(self, halt: Halt) -> None:
        """Add a halt that stands."""
        self._by_id[halt.id] = halt
        self.stand = True
        self._of_product.setdefault(halt.product_id, {})[halt.id] = halt

    def remove(self, halt: Halt) -> None:
        """Remove a halt that has ended, if it is here."""
        if self._by_id.pop(halt.id, None) is None:
            return
        self.stand = bool(self._by_id)
        of_product = self._of_product[halt.product_id]
        del of_product[halt.id]
        if not of_product:
            del self._of_product[halt.product_id]
