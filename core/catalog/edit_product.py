"""Edit a product in the catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ...ports.audit_log import AuditLog
from ...ports.language.audit import Act, AuditAction, Target
from ...ports.language.catalog import Product, ProductImage
from ...ports.language.errors import Forbidden
from ...ports.language.events import ProductChanged
from ...ports.language.ids import ProductId
from ...ports.language.money import Cents
from ...ports.language.rules import MarketRules
from ...ports.language.users import Actor, Role
from ...ports.outbox import Outbox
from ...ports.products import Products
from ...ports.transaction import Transaction
from .product_details import check_images, check_product_name, check_retail_price, check_sizes


@dataclass(frozen=True, slots=True)
class EditProduct:
    """An admin edits a product's details, except its style code. None leaves a field unchanged.

    A removed size accepts no new bids or asks, but standing ones remain. An edit that changes
    nothing keeps the version, emits no event and is not audited. The audit log records any other
    edit, without a reason.
    """

    transaction: Transaction
    products: Products
    outbox: Outbox
    rules: MarketRules
    audit_log: AuditLog

    async def __call__(
        self,
        actor: Actor,
        product_id: ProductId,
        *,
        brand: str | None = None,
        model: str | None = None,
        colorway: str | None = None,
        retail_price: Cents | None = None,
        release_date: date | None = None,
        sizes: Sequence[str] | None = None,
        images: Sequence[ProductImage] | None = None,
    ) -> Product:
        """Return the edited product.

        Raises Forbidden, NotFound, InvalidText, InvalidSize, OutOfRange, and Outdated if somebody
        else edited the product concurrently.
        """
        if not actor.has(Role.ADMIN):
            raise Forbidden(action="edit products", needs="admins")
        changes: dict[str, Any] = {}
        for field, name in (("brand", brand), ("model", model), ("colorway", colorway)):
            if name is not None:
                changes[field] = check_product_name(field, name)
        if retail_price is not None:
            changes["retail_price"] = check_retail_price(retail_price, self.rules.max_amount)
        if release_date is not None:
            changes["release_date"] = release_date
        if sizes is not None:
            changes["sizes"] = check_sizes(sizes)
        if images is not None:
            changes["images"] = check_images(images)
        async with self.transaction():
            before = await self.products.get(product_id)
            product = replace(before, **changes)
            if product == before:
                return before
            product = replace(product, version=before.version + 1)
            await self.products.save(product)
            await self.outbox.add(ProductChanged(product.id, product.version))
            changed = [name for name in changes if changes[name] != getattr(before, name)]
            await self.audit_log.add(
                Act(
                    actor_id=actor.user_id,
                    token_id=actor.token_id,
                    action=AuditAction.PRODUCT_EDITED,
                    target=Target.product(product.id),
                    reason=None,
                    facts={"version": product.version, "changed": tuple(changed)},
                )
            )
        return product
