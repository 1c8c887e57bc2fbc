"""Request the end of a halt, for admins."""

from dataclasses import dataclass

from ...ports.audit_log import AuditLog
from ...ports.halts import Halts
from ...ports.language.audit import Act, AuditAction, AuditEntry, Target, TargetKind, parse_reason
from ...ports.language.errors import HaltEnded
from ...ports.language.events import HaltEndRequested
from ...ports.language.ids import HaltId
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.outbox import Outbox
from ...ports.transaction import Transaction


@dataclass(frozen=True, slots=True)
class RequestHaltEnd:
    """Requests the end of a halt. Books that no other halt covers open, and waiting asks enter.

    The process with the matching engine carries the request out, and adds an audit entry with the
    outcome that refers to the returned entry.
    """

    transaction: Transaction
    halts: Halts
    audit_log: AuditLog
    outbox: Outbox

    async def __call__(self, actor: Actor, halt_id: HaltId, *, reason: str) -> AuditEntry:
        """Return the request's audit entry. Raises Forbidden, InvalidText, NotFound, HaltEnded."""
        check_role(actor, Role.ADMIN, "end halts")
        why = parse_reason(reason)
        async with self.transaction():
            halt = await self.halts.get(halt_id)
            if halt.ended_at is not None:
                raise HaltEnded(id=halt_id, ended_at=halt.ended_at)
            entry = await self.audit_log.add(
                Act(
                    actor_id=actor.user_id,
                    token_id=actor.token_id,
                    action=AuditAction.HALT_END_REQUESTED,
                    target=Target(TargetKind.HALT, halt_id),
                    reason=why,
                    facts={
                        "product_id": str(halt.product_id),
                        "size": halt.size,
                        "condition": halt.condition,
                    },
                )
            )
            await self.outbox.add(HaltEndRequested(entry.id, halt_id, halt.product_id))
        return entry
