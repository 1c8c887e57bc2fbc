"""An admin looks for products that were added twice."""

from dataclasses import dataclass

from ...ports.language.catalog import DoubledProduct
from ...ports.language.paging import Page, PageRequest
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.products import Products


@dataclass(frozen=True, slots=True)
class ListDoubledProducts:
    """Products that have an earlier one's style code."""

    products: Products

    async def __call__(self, actor: Actor, request: PageRequest) -> Page[DoubledProduct]:
        """Return a page of them, newest first. Raises Forbidden."""
        check_role(actor, Role.ADMIN, "list doubled products")
        return await self.products.doubled(request)
