"""An authenticator takes a pair on."""

from dataclasses import dataclass

from ...ports.authentication_tasks import AuthenticationTasks
from ...ports.clock import Clock
from ...ports.language.authentication import AuthenticationTask
from ...ports.language.ids import TaskId
from ...ports.language.rules import MarketRules
from ...ports.language.users import Actor
from ...ports.transaction import Transaction
from .review import check_authenticator, claimed


@dataclass(frozen=True, slots=True)
class ClaimTask:
    """An authenticator claims the review of a received pair, alone for `rules.review_lease`.

    Claiming it again renews the lease; when a lease is over, another may claim it. The buyer and
    the seller never may. Raises Forbidden, NotFound, PartyToTheOrder, TaskNotOpen, TaskClaimed.
    """

    transaction: Transaction
    authentication_tasks: AuthenticationTasks
    clock: Clock
    rules: MarketRules

    async def __call__(self, actor: Actor, task_id: TaskId) -> AuthenticationTask:
        check_authenticator(actor)
        async with self.transaction():
            task = await self.authentication_tasks.get(task_id)
            after = claimed(task, actor.user_id, self.clock.now(), self.rules.review_lease)
            await self.authentication_tasks.save(after)
        return after
