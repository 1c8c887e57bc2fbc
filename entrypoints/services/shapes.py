"""What several services take and answer."""

from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Meta

from ...ports.language.market import Condition
from ...ports.language.paging import MAX_PAGE, PageRequest

Size: TypeAlias = Annotated[str, Meta(min_length=1, max_length=10)]
Limit: TypeAlias = Annotated[int, Meta(ge=1, le=MAX_PAGE)]


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """A request without data."""


class OfOrder(msgspec.Struct, forbid_unknown_fields=True):
    """A request about one order."""

    order_id: UUID


class Paged(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A request for a page. `cursor` is the `next_cursor` of the previous one."""

    limit: Limit = 20
    cursor: UUID | None = None

    @property
    def page(self) -> PageRequest:
        """The page."""
        return PageRequest(self.limit, self.cursor)


class OfBook(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A request about the market of one size."""

    product_id: UUID
    size: Size
    condition: Condition = Condition.NEW
