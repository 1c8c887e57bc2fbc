"""Health checks."""

import asyncio
from typing import Literal

import msgspec
from litestar import Controller, get

from ....ports.language.errors import Unavailable
from ..edge.bearer import PUBLIC
from ..edge.injected import App, TheHealth
from ..edge.problems import AnyRequest, ProblemResponse, refusal_response
from ..openapi.documented import PUBLIC_SECURITY, problems


class Health(msgspec.Struct, frozen=True):
    """The process is alive."""

    status: Literal["ok"] = "ok"


class Readiness(msgspec.Struct, frozen=True):
    """The process can serve. While it is overloaded, it refuses new bids and asks."""

    overloaded: bool
    dependencies: dict[str, str]
    """The state of everything that the process depends on."""
    status: Literal["ok", "degraded"] = "ok"
    """Degraded: something that the process can do without does not answer."""


class NotReady(Exception):
    """A dependency does not answer, with the state of all of them."""

    def __init__(self, refusal: Unavailable, dependencies: dict[str, str]) -> None:
        super().__init__(refusal, dependencies)
        self.refusal = refusal
        self.dependencies = dependencies


def not_ready_response(request: AnyRequest, not_ready: NotReady) -> ProblemResponse:
    """Return the problem of the refusal, with the states as a further member."""
    response = refusal_response(request, not_ready.refusal)
    response.content["dependencies"] = not_ready.dependencies
    return response


class HealthController(Controller):
    """Health checks for monitoring."""

    path = "/health"
    tags = ("health",)
    opt = PUBLIC
    security = PUBLIC_SECURITY
    exception_handlers = {NotReady: not_ready_response}  # noqa: RUF012  # as the framework has it

    @get("/live", summary="Is the process alive?", responses=problems(public=True))
    async def live(self) -> Health:
        """Return that the process is alive."""
        return Health()

    @get("/ready", summary="Can the process serve?", responses=problems(public=True))
    async def ready(self, application: App, health: TheHealth) -> Readiness:
        """Return that every dependency answers; otherwise 503, which names one that does not.

        `dependencies` has the state of each. An overloaded process is ready, with `overloaded` set.
        Without a replica of the database, and while only some of several shards answer, it is
        ready, too, with the `status` `degraded`.
        """
        found = await health()
        states = {name: one.state for name, one in found.items()}
        for one in found.values():
            if one.refusal is not None and not one.is_optional:
                raise NotReady(one.refusal, states)
        try:
            async with asyncio.timeout(health.patience):
                overloaded = await application.admission.is_overloaded()
        except TimeoutError:
            raise NotReady(Unavailable(what="the store"), states) from None
        is_degraded = any(one.refusal is not None for one in found.values())
        status: Literal["ok", "degraded"] = "degraded" if is_degraded else "ok"
        return Readiness(overloaded=overloaded, dependencies=states, status=status)
