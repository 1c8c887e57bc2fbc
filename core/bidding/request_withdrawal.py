"""An admin asks for a quote to leave its book."""

from dataclasses import dataclass

from ...ports.audit_log import AuditLog
from ...ports.language.audit import (
    MAX_REASON,
    Act,
    AuditAction,
    AuditEntry,
    Target,
    parse_reason,
)
from ...ports.language.errors import QuoteNotActive
from ...ports.language.events import QuoteWithdrawalRequested
from ...ports.language.ids import QuoteId
from ...ports.language.staff import check_role
from ...ports.language.text import check_text
from ...ports.language.users import Actor, Role
from ...ports.outbox import Outbox
from ...ports.quotes import Quotes
from ...ports.transaction import Transaction


@dataclass(frozen=True, slots=True)
class RequestWithdrawal:
    """An admin has any bid or ask taken out of its book. Its owner is told, with the admin's note.

    The reason goes into the audit log and no further. The process with the matching engine carries
    it out, and adds what became of it as an entry about the one that is returned.
    """

    transaction: Transaction
    quotes: Quotes
    audit_log: AuditLog
    outbox: Outbox

    async def __call__(
        self, actor: Actor, quote_id: QuoteId, *, reason: str, note: str | None = None
    ) -> AuditEntry:
        """Return the entry of the request.

        Raises Forbidden, InvalidText, NotFound, and QuoteNotActive if it is in no book any more.
        """
        check_role(actor, Role.ADMIN, "withdraw quotes")
        why = parse_reason(reason)
        told = None if note is None else check_text("note", note, max_length=MAX_REASON)
        async with self.transaction():
            quote = await self.quotes.get(quote_id)
            if not quote.status.stands:
                raise QuoteNotActive(id=quote.id, side=quote.side, status=quote.status)
            entry = await self.audit_log.add(
                Act(
                    actor_id=actor.user_id,
                    action=AuditAction.QUOTE_WITHDRAWAL_REQUESTED,
                    target=Target.quote(quote_id),
                    reason=why,
                    facts={
                        "side": quote.side,
                        "owner_id": str(quote.user_id),
                        "amount": quote.amount,
                        "note": told,
                    },
                )
            )
            await self.outbox.add(QuoteWithdrawalRequested(entry.id, quote_id, told))
        return entry
