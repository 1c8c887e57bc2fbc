"""List the money in suspense."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...ports.language.money import Cents
from ...ports.language.payments import AccountKind
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.payments import Ledger


@dataclass(frozen=True, slots=True)
class InSuspense:
    """Money for no known order: taken by the provider, or paid out if the amount is negative."""

    name: str
    """The provider's id of the charge, refund or payout."""
    amount: Cents


@dataclass(frozen=True, slots=True)
class SuspensePage:
    """A page of the money in suspense, sorted by the provider's names."""

    items: Sequence[InSuspense]
    next_cursor: str | None
    """The name after which the next page begins; None on the last page."""


@dataclass(frozen=True, slots=True)
class ListSuspense:
    """Lists the money in suspense, sorted by the provider's names, for admins."""

    ledger: Ledger

    async def __call__(self, actor: Actor, limit: int, after: str = "") -> SuspensePage:
        """Return up to `limit` items whose names follow `after`. Raises Forbidden."""
        check_role(actor, Role.ADMIN, "list suspense")
        found = await self.ledger.open_accounts(AccountKind.SUSPENSE, limit + 1, after)
        items = [InSuspense(name, amount) for name, amount in found[:limit]]
        return SuspensePage(items, items[-1].name if len(found) > limit else None)
