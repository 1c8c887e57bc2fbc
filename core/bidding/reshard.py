"""Divide the books into another number of shards, for admins."""

from dataclasses import dataclass

from ...ports.audit_log import AuditLog
from ...ports.books import Books
from ...ports.clock import Clock
from ...ports.language.audit import Act, AuditAction, Target, TargetKind, parse_reason
from ...ports.language.staff import check_role
from ...ports.language.terms import Terms
from ...ports.language.users import Actor, Role
from ...ports.transaction import Transaction

MOST_SHARDS = 64
"""The highest number of shards. Each is an engine, with a lease and queries of its own."""


@dataclass(frozen=True, slots=True)
class Reshard:
    """Changes the number of shards of a stopped exchange.

    The quotes stay where they are: a book's shard follows from its key and the number of shards.
    """

    transaction: Transaction
    books: Books
    audit_log: AuditLog
    clock: Clock
    currency: str

    async def __call__(self, actor: Actor, shards: int, *, reason: str) -> int:
        """Divide the books into `shards`, and return their number until now.

        Raises Forbidden, InvalidText, WrongCurrency, Unavailable, and ValueError for an impossible
        number.
        """
        check_role(actor, Role.ADMIN, "divide the books into shards")
        why = parse_reason(reason)
        if not 1 <= shards <= MOST_SHARDS:
            raise ValueError(f"the books can be divided into 1 to {MOST_SHARDS} shards")
        async with self.transaction():
            terms = Terms(self.currency, shards)
            before = await self.books.divide(terms, self.clock.now())
            await self.audit_log.add(
                Act(
                    actor_id=actor.user_id,
                    token_id=actor.token_id,
                    action=AuditAction.RESHARDED,
                    target=Target(TargetKind.MARKET),
                    reason=why,
                    facts={"shards_before": before, "shards": shards},
                )
            )
        return before
