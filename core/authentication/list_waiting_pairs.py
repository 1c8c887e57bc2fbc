"""List the pairs that wait in the warehouse."""

from dataclasses import dataclass
from datetime import datetime

from ...ports.authentication_tasks import AuthenticationTasks
from ...ports.language.authentication import AuthenticationTask, TaskStatus
from ...ports.language.paging import Page, PageRequest
from ...ports.language.rules import MarketRules
from ...ports.language.users import Actor
from .shown_tasks import check_may_see_tasks, show_task


@dataclass(frozen=True, slots=True)
class WaitingPair:
    """A task whose pair is in the warehouse."""

    task: AuthenticationTask
    claim_by: datetime
    """When an alarm is raised if nobody has claimed it."""


@dataclass(frozen=True, slots=True)
class ListWaitingPairs:
    """Authenticators and admins list what is to be reviewed, the most urgent first.

    All pairs may wait equally long, so that is the one that has waited longest.
    """

    authentication_tasks: AuthenticationTasks
    rules: MarketRules

    async def __call__(
        self, actor: Actor, request: PageRequest, status: TaskStatus = TaskStatus.RECEIVED
    ) -> Page[WaitingPair]:
        """Return a page of the tasks that were received and not claimed, or are in review.

        Raises Forbidden.
        """
        check_may_see_tasks(actor, "list tasks")
        page = await self.authentication_tasks.waiting(request, status)
        return Page(tuple(self._pair(task, actor) for task in page.items), page.next_cursor)

    def _pair(self, task: AuthenticationTask, actor: Actor) -> WaitingPair:
        assert task.received_at is not None, task
        return WaitingPair(show_task(task, actor), task.received_at + self.rules.claim_window)
