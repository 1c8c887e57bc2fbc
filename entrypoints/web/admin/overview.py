"""The page that tells an admin at a glance how the exchange is."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from litestar import Controller, Response, get

from ....composition.application import Application
from ....composition.held_leases import view_leases_of
from ....composition.keepers import CHARTS, EXPIRY, RECONCILIATION
from ....composition.metrics import breaker_states
from ....core.payments.list_suspense import SuspensePage
from ....ports.language.paging import MAX_PAGE, Page, PageRequest
from ....ports.language.users import Actor
from ....ports.language.waiting_work import WaitingInStore
from ...http.edge.injected import App, TheHealth
from ..pages import ThePage
from ..visitor import User

_NOT_ALWAYS = frozenset({CHARTS, EXPIRY, RECONCILIATION})
"""Leases that nobody has at times, or in some deployments."""
_LATE = timedelta(minutes=1)
"""How long a message may wait before it is remarkable."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that links to the page about it."""

    name: str
    count: int
    is_more: bool
    """Whether there are more than were counted."""
    path: str


@dataclass(frozen=True, slots=True)
class WaitingQueue:
    """A queue in which something waits."""

    name: str
    length: int
    waits: timedelta
    """How long its first message could have been tried; zero if it is retried later."""

    @property
    def is_late(self) -> bool:
        """Whether it waits longer than usual."""
        return self.waits >= _LATE


class OverviewPage(Controller):
    """The overview."""

    @get("/admin")
    async def view_overview(
        self, page: ThePage, user: User, application: App, health: TheHealth
    ) -> Response[bytes]:
        """Show the state of everything, with links to what needs an admin."""
        found, (waiting, now) = await asyncio.gather(
            health(), application.operations.view_waiting_work()
        )
        view_leases = view_leases_of(application)
        return page.shows(
            "admin/overview",
            now=now,
            figures=await _figures(user.actor, application, waiting),
            alarms=waiting.alarms,
            health=found,
            roles=sorted(application.roles),
            leases=None if view_leases is None else await view_leases(user.actor),
            not_always=_NOT_ALWAYS,
            breakers=dict(sorted(breaker_states().items())),
            queues=_queues(waiting, now),
            relay_waits=_age(waiting.oldest_unsent, now),
            unsent=waiting.unsent,
            unpaid=_age(waiting.oldest_unpaid, now),
            uncharged=_age(waiting.oldest_uncharged, now),
            deadline=waiting.oldest_deadline,
            late=_LATE,
        )


async def _figures(
    actor: Actor, application: Application, waiting: WaitingInStore
) -> Sequence[Figure]:
    """Return what waits for an admin. What is listed is counted up to one page."""
    first = PageRequest(MAX_PAGE)
    frozen = await application.orders.list_frozen_orders(actor, first)
    disputes = await application.disputes.list_disputes(actor, first, open_only=True)
    suspense = await application.payments.list_suspense(actor, MAX_PAGE)
    return [
        Figure("alarms", sum(waiting.alarms.values()), is_more=False, path="/admin/alarms"),
        Figure("dead_letters", waiting.dead_letters, is_more=False, path="/admin/dead-letters"),
        _listed("frozen", frozen, "/admin/orders?frozen=yes"),
        _listed("disputes", disputes, "/admin/disputes"),
        _listed("suspense", suspense, "/admin/suspense"),
    ]


def _listed(name: str, page: Page[Any] | SuspensePage, path: str) -> Figure:
    return Figure(name, len(page.items), page.next_cursor is not None, path)


def _queues(waiting: WaitingInStore, now: datetime) -> Sequence[WaitingQueue]:
    return [
        WaitingQueue(queue, found.length, _age(found.oldest, now))
        for queue, found in sorted(waiting.queues.items())
        if found.length
    ]


def _age(since: datetime | None, now: datetime) -> timedelta:
    return timedelta(0) if since is None else max(timedelta(0), now - since)
