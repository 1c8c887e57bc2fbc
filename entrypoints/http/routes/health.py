"""Health checks."""

from typing import Literal

import msgspec
from litestar import Controller, get

from ..edge.bearer import PUBLIC
from ..edge.injected import App
from ..edge.rate_limiting import UNLIMITED
from ..openapi.documented import PUBLIC_SECURITY, problems


class Health(msgspec.Struct, frozen=True):
    """The process is alive."""

    status: Literal["ok"] = "ok"


class Readiness(msgspec.Struct, frozen=True):
    """The process can serve. While it is overloaded, it refuses new bids and asks."""

    overloaded: bool
    status: Literal["ok"] = "ok"


class HealthController(Controller):
    """Health checks for monitoring."""

    path = "/health"
    tags = ("health",)
    opt = PUBLIC | UNLIMITED
    security = PUBLIC_SECURITY

    @get("/live", summary="Is the process alive?", responses=problems(public=True))
    async def live(self) -> Health:
        """Return that the process is alive."""
        return Health()

    @get("/ready", summary="Can the process serve?", responses=problems(public=True))
    async def ready(self, application: App) -> Readiness:
        """Return that the store responds and the matching engine runs; otherwise 503.

        An overloaded process is ready, with `overloaded` set.
        """
        await application.operations.view_backlog.has_messages()
        await application.matching.check_ready()
        return Readiness(overloaded=await application.admission.is_overloaded())
