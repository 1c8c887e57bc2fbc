"""The HTTP application for operators: health checks, and metrics."""

from litestar import Litestar
from litestar.di import Provide
from litestar.exceptions import HTTPException

from ...composition.application import Application
from ...composition.health import view_health_of
from ...ports.language.errors import Refusal
from .edge.headers import add_security_headers
from .edge.json_response import JsonResponse
from .edge.problems import http_response, refusal_response, unexpected_response
from .metrics import MetricsController
from .routes.health import HealthController


def create_health_app(application: Application) -> Litestar:
    """Return an HTTP application with /health/live, /health/ready, and /metrics if it measures."""
    health = view_health_of(application)
    metrics = [MetricsController] if application.expose_metrics is not None else []
    return Litestar(
        route_handlers=[HealthController, *metrics],
        response_class=JsonResponse,
        before_send=[add_security_headers],
        dependencies={
            "application": Provide(lambda: application, sync_to_thread=False),
            "health": Provide(lambda: health, sync_to_thread=False),
        },
        exception_handlers={
            Refusal: refusal_response,
            HTTPException: http_response,
            Exception: unexpected_response,
        },
        openapi_config=None,
        logging_config=None,
    )
