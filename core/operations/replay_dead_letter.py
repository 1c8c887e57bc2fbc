"""Retry a dead letter."""

from dataclasses import dataclass
from functools import partial

from ...ports.audit_log import AuditLog
from ...ports.clock import Clock
from ...ports.event_bus import DeadLetters
from ...ports.language.audit import Act, AuditAction, Target, TargetKind, parse_reason
from ...ports.language.events import Event, OrderRelated
from ...ports.language.ids import MessageId
from ...ports.language.messages import Delivery
from ...ports.language.staff import check_no_party, check_role
from ...ports.language.users import Actor, Role
from ...ports.orders import Orders
from ...ports.transaction import Transaction
from ...ports.wakeups import Wakeups


@dataclass(frozen=True, slots=True)
class ReplayDeadLetter:
    """An admin retries a dead letter. A retry is safe, because every consumer is idempotent.

    The buyer and seller of the order that it is about may not retry it. The audit log records the
    consumer, with the reason if one is given. The workers of its queue are woken.
    """

    transaction: Transaction
    dead_letters: DeadLetters
    orders: Orders
    audit_log: AuditLog
    wakeups: Wakeups
    clock: Clock

    async def __call__(
        self, actor: Actor, delivery_id: MessageId, *, reason: str | None = None
    ) -> Delivery:
        """Return the new delivery. Raises Forbidden, InvalidText, NotFound, PartyToTheOrder."""
        check_role(actor, Role.ADMIN, "replay dead letters")
        why = None if reason is None else parse_reason(reason)
        async with self.transaction():
            delivery = await self.dead_letters.replay(delivery_id, self.clock.now())
            await self._check_party(actor, delivery.message.event)
            self.transaction.announce(partial(self.wakeups.send, delivery.queue))
            await self.audit_log.add(
                Act(
                    actor_id=actor.user_id,
                    token_id=actor.token_id,
                    action=AuditAction.DEAD_LETTER_REPLAYED,
                    target=Target(TargetKind.DEAD_LETTER, delivery_id),
                    reason=why,
                    facts={
                        "consumer": delivery.consumer,
                        "message_id": str(delivery.message.id),
                        "about": delivery.message.key,
                    },
                )
            )
        return delivery

    async def _check_party(self, actor: Actor, event: Event) -> None:
        if isinstance(event, OrderRelated):
            order = await self.orders.get(event.order_id)
            check_no_party(actor, order.id, buyer_id=order.buyer_id, seller_id=order.seller_id)
