"""Whether the process lives, and whether it can serve."""

from typing import Literal

import msgspec
from litestar import Controller, get

from ...ports.language.errors import Unavailable
from .bearer import PUBLIC
from .documented import PUBLIC_SECURITY, problems
from .injected import App
from .rate_limiting import UNLIMITED


class Health(msgspec.Struct, frozen=True):
    """All is well."""

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
    async def ready(self, application: App) -> Health:
        """Answer if the store answers and the matching engine runs; else 503."""
        await application.adapters.store.outbox.unsent(1)
        if not application.engine.is_running:
            raise Unavailable(what="the matching engine")
        return Health()
