"""Request the withdrawal of a quote, for admins."""

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
    """Requests that any bid or ask be withdrawn. Its owner is notified, with the admin's note.

    Only the audit log has the reason. The process with the matching engine carries the request out,
    and adds an audit entry with the outcome that refers to the returned entry.
    """

    transaction: Transaction
    quotes: Quotes
    audit_log: AuditLog
    outbox: Outbox

    async def __call__(
        self, actor: Actor, quote_id: QuoteId, *, reason: str, note: str | None = None
    ) -> AuditEntry:
        """Return the audit entry of the request.

        Raises Forbidden, InvalidText, NotFound, and QuoteNotActive if the quote no longer stands.
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
                    token_id=actor.token_id,
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
