"""An admin looks at money that nobody can tell apart."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...ports.language.money import Cents
from ...ports.language.payments import AccountKind
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.payments import Ledger


@dataclass(frozen=True, slots=True)
class InSuspense:
    """What the provider took, or paid out if it is below zero, for no known order."""

    name: str
    """The provider's name of it."""
    amount: Cents


@dataclass(frozen=True, slots=True)
class SuspensePage:
    """A page of what is in suspense, by the provider's names."""

    items: Sequence[InSuspense]
    next_cursor: str | None
    """The name to go on after, if there is more."""


@dataclass(frozen=True, slots=True)
class ListSuspense:
    """Money in suspense, by the provider's names."""

    ledger: Ledger

    async def __call__(self, actor: Actor, limit: int, after: str = "") -> SuspensePage:
        """Return up to `limit` of what comes after a name. Raises Forbidden."""
        check_role(actor, Role.ADMIN, "list suspense")
        found = await self.ledger.open_accounts(AccountKind.SUSPENSE, limit + 1, after)
        items = [InSuspense(name, amount) for name, amount in found[:limit]]
        return SuspensePage(items, items[-1].name if len(found) > limit else None)
