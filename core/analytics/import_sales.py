"""Add sales from elsewhere to the tape."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.language.analytics import Sale
from ...ports.language.catalog import Product
from ...ports.language.errors import Forbidden
from ...ports.language.events import ProductChanged
from ...ports.language.ids import ProductId
from ...ports.language.imports import SIZES, GivenSale, NotTaken, Taken, imported_sale_id
from ...ports.language.market import BookKey, Condition
from ...ports.language.rules import MarketRules
from ...ports.language.text import spelling_key
from ...ports.language.users import Actor, Role
from ...ports.outbox import Outbox
from ...ports.products import Products
from ...ports.tape import Tape
from ...ports.transaction import Transaction


@dataclass(frozen=True, slots=True)
class ImportSales:
    """An admin adds sales that were made elsewhere, of new pairs. They have no orders.

    A sale is imported once. It is among the others of its product by its time. What follows the
    tape is told with the event of a changed product.
    """

    transaction: Transaction
    products: Products
    tape: Tape
    outbox: Outbox
    clock: Clock
    rules: MarketRules

    async def __call__(
        self,
        actor: Actor,
        given: Sequence[GivenSale],
        *,
        is_trial: bool = False,
        made: Collection[str] = (),
    ) -> Sequence[Taken | NotTaken]:
        """Return what became of each sale, or with `is_trial` would become.

        `made` are the style codes of the products that the trial would have made. Raises Forbidden,
        Unavailable.
        """
        if not actor.has(Role.ADMIN):
            raise Forbidden(action="import sales", needs="admins")
        # Nothing here is ever deleted, so it is read before the transaction, which others wait for.
        keys = {code: spelling_key(code) for code in {sale.style_code for sale in given}}
        products = await self.products.styled([*keys.values()])
        sales = [self._sale(sale, products.get(keys[sale.style_code]), made) for sale in given]
        good = {sale.order_id: sale for sale in sales if isinstance(sale, Sale)}
        known = await self.tape.known(list(good))
        added = [sale for order_id, sale in good.items() if order_id not in known]
        if added and not is_trial:
            await self._add(added, {product.id: product.version for product in products.values()})
        outcomes: list[Taken | NotTaken] = []
        for sale in sales:
            if isinstance(sale, Sale):
                outcomes.append(Taken.KNOWN if sale.order_id in known else Taken.NEW)
            else:
                outcomes.append(sale)
        return outcomes

    async def _add(self, sales: Sequence[Sale], versions: Mapping[ProductId, int]) -> None:
        changed = sorted({sale.book.product_id for sale in sales})
        async with self.transaction():
            await self.tape.record(*sales)
            for product_id in changed:
                await self.outbox.add(ProductChanged(product_id, versions[product_id]))

    def _sale(
        self, given: GivenSale, product: Product | None, made: Collection[str]
    ) -> Sale | Taken | NotTaken:
        """Return the sale, or why it cannot be taken. If its product would be made, it is new."""
        if given.sold_at > self.clock.now():
            return NotTaken(f"it is sold in the future, on {given.sold_at:%Y-%m-%d}")
        if not 0 < given.price <= self.rules.max_amount:
            most = self.rules.money.shown(self.rules.max_amount)
            return NotTaken(f"its price is not above 0 and at most {most}")
        if product is None and given.style_code not in made:
            return NotTaken(_UNKNOWN)
        if given.size not in (SIZES if product is None else product.sizes):
            return NotTaken(f"{given.style_code} is not made in size {given.size}")
        if product is None:
            return Taken.NEW
        book = BookKey(product.id, given.size, Condition.NEW)
        return Sale(imported_sale_id(product.id, given), book, given.price, given.sold_at)


_UNKNOWN = "no product in the catalogue has this style code or name; import the products first"
