"""List all quotes of some books, for admins."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ...ports.books import Books
from ...ports.language.market import BookKey, Quote
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role


@dataclass(frozen=True, slots=True)
class ListRestingQuotes:
    """Lists the stored bids and asks of all users in some books."""

    books: Books

    async def __call__(self, actor: Actor, books: Collection[BookKey]) -> Sequence[Quote]:
        """Return the quotes that rest or wait, in order of arrival. Raises Forbidden."""
        check_role(actor, Role.ADMIN, "list resting quotes")
        return await self.books.resting_in(books)
