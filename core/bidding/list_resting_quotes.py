"""An admin looks at all that rests in books."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ...ports.books import Books
from ...ports.language.market import BookKey, Quote
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role


@dataclass(frozen=True, slots=True)
class ListRestingQuotes:
    """The bids and asks of everybody in some books, as they are stored."""

    books: Books

    async def __call__(self, actor: Actor, books: Collection[BookKey]) -> Sequence[Quote]:
        """Return what stands or waits in the books, in order of arrival. Raises Forbidden."""
        check_role(actor, Role.ADMIN, "list resting quotes")
        return await self.books.resting_in(books)
