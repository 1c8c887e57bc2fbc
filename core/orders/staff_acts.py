"""Staff actions on orders: the permission check and the audit log entry."""

from collections.abc import Mapping
from dataclasses import dataclass

from ...ports.audit_log import AuditLog
from ...ports.language.audit import Act, AuditAction, Fact, Reason, Target
from ...ports.language.ids import OrderId
from ...ports.language.orders import Order
from ...ports.language.staff import check_no_party, check_role
from ...ports.language.users import Actor, Role
from ...ports.orders import Orders


@dataclass(frozen=True, slots=True)
class StaffActs:
    """Checks that an admin may act on an order, and records the action.

    It needs a transaction: the order stays locked, and the entry commits with the action.
    """

    orders: Orders
    audit_log: AuditLog

    async def order_for(self, actor: Actor, order_id: OrderId, action: str) -> Order:
        """Return and lock the order. Raises Forbidden, NotFound, PartyToTheOrder."""
        check_role(actor, Role.ADMIN, action)
        order = await self.orders.get(order_id)
        check_no_party(actor, order.id, buyer_id=order.buyer_id, seller_id=order.seller_id)
        return order

    async def note(
        self,
        actor: Actor,
        order: Order,
        action: AuditAction,
        reason: Reason | None,
        facts: Mapping[str, Fact] | None = None,
    ) -> None:
        """Add an entry to the audit log."""
        await self.audit_log.add(
            Act(
                actor_id=actor.user_id,
                token_id=actor.token_id,
                action=action,
                target=Target.order(order.id),
                reason=reason,
                facts=facts or {},
            )
        )
