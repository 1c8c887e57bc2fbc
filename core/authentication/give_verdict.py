"""Give a verdict on a pair."""

from dataclasses import dataclass

from ...ports.authentication_tasks import AuthenticationTasks
from ...ports.clock import Clock
from ...ports.language.authentication import AuthenticationTask, Verdict
from ...ports.language.ids import TaskId
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.outbox import Outbox
from ...ports.review_photos import ReviewPhotos
from ...ports.transaction import Transaction
from .review import check_authenticator, decided, verdict_event
from .verdicts import check_verdict


@dataclass(frozen=True, slots=True)
class GiveVerdict:
    """The authenticator who claimed the task passes or fails the pair. The verdict is final.

    A pass needs all three checks and a photo. A fail needs a reason. The authenticator may decide
    after the lease expires, unless somebody else has claimed the task. Repeating the same verdict
    changes nothing.
    """

    transaction: Transaction
    authentication_tasks: AuthenticationTasks
    review_photos: ReviewPhotos
    outbox: Outbox
    clock: Clock

    async def __call__(self, actor: Actor, task_id: TaskId, verdict: Verdict) -> AuthenticationTask:
        """Return the decided task.

        Raises Forbidden, NotFound, PartyToTheOrder, InvalidVerdict, InvalidText, OutOfRange,
        TaskNotOpen, TaskClaimed, Outdated, and VerdictGiven if another verdict stands.
        """
        check_role(actor, Role.AUTHENTICATOR, "review a pair")
        async with self.transaction():
            task = await self.authentication_tasks.get(task_id)
            check_authenticator(actor, task)
            kept = len(await self.review_photos.of(task_id))
            verdict = check_verdict(verdict, kept=kept)
            after = decided(task, actor.user_id, verdict, self.clock.now())
            if after is not task:
                await self.authentication_tasks.save(after)
                await self.outbox.add(verdict_event(after))
        return after
