"""Whether the process lives, and whether it can serve."""

from typing import Literal

import msgspec
from litestar import Controller, get

from ..edge.bearer import PUBLIC
from ..edge.injected import App
from ..edge.rate_limiting import UNLIMITED
from ..openapi.documented import PUBLIC_SECURITY, problems


class Health(msgspec.Struct, frozen=True):
    """All is well."""

    status: Literal["ok"] = "ok"


class Readiness(msgspec.Struct, frozen=True):
    """The process serves. While it is overloaded it takes no new bids and asks, but all else."""

    overloaded: bool
    status: Literal["ok"] = "ok"


class HealthController(Controller):
    """Health, for whatever watches the process."""

    path = "/health"
    tags = ("health",)
    opt = PUBLIC | UNLIMITED
    security = PUBLIC_SECURITY

    @get("/live", summary="Is the process alive?", responses=problems(public=True))
    async def live(self) -> Health:
        """Answer, which says it all."""
        return Health()

    @get("/ready", summary="Can the process serve?", responses=problems(public=True))
    async def ready(self, application: App) -> Readiness:
        """Answer if the store answers and the matching engine runs; else 503.

        A process that is overloaded is ready: it says so in `overloaded`.
        """
        await application.operations.view_backlog.has_messages()
        await application.matching.check_ready()
        return Readiness(overloaded=await application.admission.is_overloaded())
