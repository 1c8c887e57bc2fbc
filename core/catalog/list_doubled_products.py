"""List duplicate products."""

from dataclasses import dataclass

from ...ports.language.catalog import DoubledProduct
from ...ports.language.paging import Page, PageRequest
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.products import Products


@dataclass(frozen=True, slots=True)
class ListDoubledProducts:
    """An admin lists the products that have the same style code as an earlier product."""

    products: Products

    async def __call__(self, actor: Actor, request: PageRequest) -> Page[DoubledProduct]:
        """Return a page of duplicates, newest first. Raises Forbidden."""
        check_role(actor, Role.ADMIN, "list doubled products")
        return await self.products.doubled(request)
