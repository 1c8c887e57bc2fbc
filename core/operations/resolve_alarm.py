"""Resolve an alarm."""

from dataclasses import dataclass, replace

from ...ports.alarms import Alarms
from ...ports.audit_log import AuditLog
from ...ports.clock import Clock
from ...ports.language.alarms import Alarm
from ...ports.language.audit import Act, AuditAction, Reason, Target, TargetKind, parse_reason
from ...ports.language.errors import AlarmClosed
from ...ports.language.ids import AlarmId
from ...ports.language.staff import check_no_party, check_role
from ...ports.language.users import Actor, Role
from ...ports.orders import Orders
from ...ports.transaction import Transaction


@dataclass(frozen=True, slots=True)
class ResolveAlarm:
    """An admin closes an open alarm with a reason. If raised again, a new alarm opens.

    The buyer and seller of the order that it is about may not close it.
    """

    transaction: Transaction
    alarms: Alarms
    orders: Orders
    audit_log: AuditLog
    clock: Clock

    async def __call__(self, actor: Actor, alarm_id: AlarmId, *, reason: str) -> Alarm:
        """Return the closed alarm.

        Raises Forbidden, InvalidText, NotFound, PartyToTheOrder, AlarmClosed.
        """
        check_role(actor, Role.ADMIN, "resolve alarms")
        resolution = parse_reason(reason)
        # Check outside the transaction, so that the order is not locked after the alarm. The order
        # of an alarm never changes.
        await self._check_party(actor, await self.alarms.get(alarm_id))
        async with self.transaction():
            alarm = await self.alarms.get(alarm_id)
            if alarm.closed_at is not None:
                raise AlarmClosed(alarm_id=alarm_id, closed_at=alarm.closed_at)
            closed = replace(
                alarm,
                closed_at=self.clock.now(),
                closed_by=actor.user_id,
                resolution=resolution,
            )
            await self.alarms.save(closed)
            await self.audit_log.add(_act(actor, alarm, resolution))
        return closed

    async def _check_party(self, actor: Actor, alarm: Alarm) -> None:
        if alarm.order_id is not None:
            order = await self.orders.get(alarm.order_id)
            check_no_party(actor, order.id, buyer_id=order.buyer_id, seller_id=order.seller_id)


def _act(actor: Actor, alarm: Alarm, reason: Reason) -> Act:
    return Act(
        actor_id=actor.user_id,
        token_id=actor.token_id,
        action=AuditAction.ALARM_RESOLVED,
        target=Target(TargetKind.ALARM, alarm.id),
        reason=reason,
        facts={"kind": alarm.kind, "order_id": str(alarm.order_id or "")},
    )
