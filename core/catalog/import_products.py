"""Add products from elsewhere to the catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...ports.audit_log import AuditLog
from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.audit import Act, AuditAction, Target
from ...ports.language.catalog import Product
from ...ports.language.errors import Forbidden, Refusal, StyleCodeTaken
from ...ports.language.events import ProductChanged
from ...ports.language.ids import ProductId
from ...ports.language.imports import SIZES, GivenProduct, NotTaken, Taken
from ...ports.language.rules import MarketRules
from ...ports.language.text import spelling_key
from ...ports.language.users import Actor, Role
from ...ports.outbox import Outbox
from ...ports.products import Products
from ...ports.transaction import Transaction
from .product_details import check_product_name, check_retail_price, check_style_code


@dataclass(frozen=True, slots=True)
class ImportProducts:
    """An admin adds products from a file, those that are not there yet by their style codes.

    They are made in the sizes 3.5 to 18, which an admin can change. The audit log records each.
    """

    transaction: Transaction
    products: Products
    outbox: Outbox
    clock: Clock
    ids: Ids
    rules: MarketRules
    audit_log: AuditLog

    async def __call__(
        self, actor: Actor, given: Sequence[GivenProduct], *, is_trial: bool = False
    ) -> Sequence[Taken | NotTaken]:
        """Return what became of each product, or with `is_trial` would become. Raises Forbidden."""
        if not actor.has(Role.ADMIN):
            raise Forbidden(action="import products", needs="admins")
        outcomes: list[Taken | NotTaken] = []
        added: dict[int, Product] = {}
        known = set(await self.products.styled([spelling_key(p.style_code) for p in given]))
        for each in given:
            try:
                product = self._product(each)
            except Refusal as refusal:
                outcomes.append(NotTaken(str(refusal)))
                continue
            outcomes.append(Taken.KNOWN if product.style_key in known else Taken.NEW)
            if product.style_key not in known:
                known.add(product.style_key)
                added[len(outcomes) - 1] = product
        if added and not is_trial:
            async with self.transaction():
                for number, product in added.items():
                    try:
                        await self._add(actor, product)
                    except StyleCodeTaken:  # another import has just added it
                        outcomes[number] = Taken.KNOWN
        return outcomes

    def _product(self, given: GivenProduct) -> Product:
        return Product(
            id=ProductId(self.ids.new()),
            style_code=check_style_code(given.style_code),
            brand=check_product_name("brand", given.brand),
            model=check_product_name("model", given.model),
            colorway=check_product_name("color", given.colorway),
            retail_price=check_retail_price(given.retail_price, self.rules.max_amount),
            release_date=given.release_date,
            sizes=SIZES,
            images=(),
            created_at=self.clock.now(),
        )

    async def _add(self, actor: Actor, product: Product) -> None:
        await self.products.add(product)
        await self.outbox.add(ProductChanged(product.id, product.version))
        await self.audit_log.add(
            Act(
                actor_id=actor.user_id,
                action=AuditAction.PRODUCT_CREATED,
                target=Target.product(product.id),
                reason=None,
                facts={"style_code": product.style_code},
            )
        )
