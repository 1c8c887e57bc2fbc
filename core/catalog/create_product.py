"""Add a product to the catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ...ports.audit_log import AuditLog
from ...ports.clock import Clock
from ...ports.ids import Ids
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
from .product_details import (
    check_images,
    check_product_name,
    check_retail_price,
    check_sizes,
    check_style_code,
)


@dataclass(frozen=True, slots=True)
class CreateProduct:
    """An admin adds a product with a unique style code and the sizes in which it can be traded.

    `retail_price` is an amount, up to the market's highest. The audit log records the action,
    without a reason.
    """

    transaction: Transaction
    products: Products
    outbox: Outbox
    clock: Clock
    ids: Ids
    rules: MarketRules
    audit_log: AuditLog

    async def __call__(
        self,
        actor: Actor,
        *,
        style_code: str,
        brand: str,
        model: str,
        colorway: str,
        retail_price: Cents,
        release_date: date,
        sizes: Sequence[str],
        images: Sequence[ProductImage],
    ) -> Product:
        """Return the new product.

        Raises Forbidden, InvalidText, InvalidSize, OutOfRange, StyleCodeTaken.
        """
        if not actor.has(Role.ADMIN):
            raise Forbidden(action="create products", needs="admins")
        product = Product(
            id=ProductId(self.ids.new()),
            style_code=check_style_code(style_code),
            brand=check_product_name("brand", brand),
            model=check_product_name("model", model),
            colorway=check_product_name("colorway", colorway),
            retail_price=check_retail_price(retail_price, self.rules.max_amount),
            release_date=release_date,
            sizes=check_sizes(sizes),
            images=check_images(images),
            created_at=self.clock.now(),
        )
        async with self.transaction():
            await self.products.add(product)
            await self.outbox.add(ProductChanged(product.id, product.version))
            await self.audit_log.add(
                Act(
                    actor_id=actor.user_id,
                    token_id=actor.token_id,
                    action=AuditAction.PRODUCT_CREATED,
                    target=Target.product(product.id),
                    reason=None,
                    facts={"style_code": product.style_code},
                )
            )
        return product
