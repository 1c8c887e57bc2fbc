"""Request a halt of books, for admins."""

from dataclasses import dataclass

from ...ports.audit_log import AuditLog
from ...ports.ids import Ids
from ...ports.language.audit import Act, AuditAction, AuditEntry, Target, parse_reason
from ...ports.language.catalog import Product
from ...ports.language.errors import SizeNotOffered
from ...ports.language.events import HaltRequested
from ...ports.language.ids import HaltId, ProductId
from ...ports.language.market import BookKey, Condition, Size, parse_size
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.outbox import Outbox
from ...ports.products import Products
from ...ports.quotes import Quotes
from ...ports.transaction import Transaction


@dataclass(frozen=True, slots=True)
class RequestHalt:
    """Requests a halt of a product's books: all, or those in a size, a condition, or both.

    Nothing can be placed, repriced or matched in a halted book until the halt ends. Cancelling
    works. A size that was removed from the product can be halted while quotes stand in it. The
    process with the matching engine carries the request out, and adds an audit entry with the
    outcome and the id of the halt that refers to the returned entry.
    """

    transaction: Transaction
    products: Products
    quotes: Quotes
    audit_log: AuditLog
    outbox: Outbox
    ids: Ids

    async def __call__(
        self,
        actor: Actor,
        product_id: ProductId,
        *,
        size: str | None = None,
        condition: Condition | None = None,
        reason: str,
    ) -> AuditEntry:
        """Return the audit entry of the request. None means every size or condition.

        Raises Forbidden, InvalidText, NotFound, InvalidSize, SizeNotOffered.
        """
        check_role(actor, Role.ADMIN, "halt books")
        why = parse_reason(reason)
        parsed = None if size is None else parse_size(size)
        halt_id = HaltId(self.ids.new())
        async with self.transaction():
            product = await self.products.get(product_id)
            await self._check_size(product, parsed)
            entry = await self.audit_log.add(
                Act(
                    actor_id=actor.user_id,
                    token_id=actor.token_id,
                    action=AuditAction.HALT_REQUESTED,
                    target=Target.product(product_id),
                    reason=why,
                    facts={"halt_id": str(halt_id), "size": parsed, "condition": condition},
                )
            )
            await self.outbox.add(HaltRequested(entry.id, halt_id, product_id, parsed, condition))
        return entry

    async def _check_size(self, product: Product, size: Size | None) -> None:
        if size is None or size in product.sizes:
            return
        for condition in Condition:
            if await self.quotes.stand_in(BookKey(product.id, size, condition)):
                return
        raise SizeNotOffered(size=size, offered=product.sizes)
