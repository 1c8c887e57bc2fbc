"""Metrics for Prometheus, at an address that only operators reach."""

from litestar import Controller, get

from .edge.injected import App
from .edge.json_response import JsonResponse

_TEXT = "text/plain; version=0.0.4"


class MetricsController(Controller):
    """What a process has measured."""

    @get("/metrics", summary="Metrics of this process", media_type=_TEXT)
    async def metrics(self, application: App) -> JsonResponse[bytes]:
        """Return the metrics in Prometheus's text format."""
        assert application.expose_metrics is not None
        return JsonResponse(application.expose_metrics(), media_type=_TEXT)
