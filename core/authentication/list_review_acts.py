"""List what somebody can do in the review of a pair now."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from ...ports.authentication_tasks import AuthenticationTasks
from ...ports.clock import Clock
from ...ports.language.authentication import AuthenticationTask
from ...ports.language.errors import Forbidden, PartyToTheOrder, TaskClaimed, TaskNotOpen
from ...ports.language.ids import OrderId
from ...ports.language.rules import MarketRules
from ...ports.language.users import Actor
from .review import check_authenticator, check_reviewing, claimed
from .shown_tasks import check_may_see_tasks


class ReviewAct(StrEnum):
    """What an authenticator does in a review."""

    CLAIM = "claim"
    GIVE_VERDICT = "give_verdict"


@dataclass(frozen=True, slots=True)
class ListReviewActs:
    """Lists what somebody can do in the review of an order's pair now.

    It is what the use cases would accept, by the same rules. Another act may come first.
    """

    authentication_tasks: AuthenticationTasks
    clock: Clock
    rules: MarketRules

    async def __call__(self, actor: Actor, order_id: OrderId) -> frozenset[ReviewAct]:
        """Return what the actor can do, nothing if the order has no task. Raises Forbidden."""
        check_may_see_tasks(actor, "view task")
        task = await self.authentication_tasks.find_by_order(order_id)
        if task is None:
            return frozenset()
        now = self.clock.now()
        checks: dict[ReviewAct, Callable[[], object]] = {
            ReviewAct.CLAIM: lambda: self._claim(actor, task),
            ReviewAct.GIVE_VERDICT: lambda: check_reviewing(actor, task, now, "judged"),
        }
        return frozenset(act for act, check in checks.items() if _is_accepted(check))

    def _claim(self, actor: Actor, task: AuthenticationTask) -> None:
        check_authenticator(actor, task)
        claimed(task, actor.user_id, self.clock.now(), self.rules.review_lease)


def _is_accepted(check: Callable[[], object]) -> bool:
    try:
        check()
    except (Forbidden, PartyToTheOrder, TaskClaimed, TaskNotOpen):
        return False
    return True
