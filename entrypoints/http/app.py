"""The HTTP application."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from litestar import Controller, Litestar, Response, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.middleware import DefineMiddleware
from litestar.types import ASGIApp

from ...composition.application import Application
from ...config.http import HttpSettings
from ...config.log import LogSettings
from ...config.stream import StreamSettings
from ...ports.language.errors import Refusal
from ..web.letters import LetterPages
from ..web.proofs import ProofPages
from .behind import Behind, behind_routes
from .edge.cors import cors_config
from .edge.early_refusal import EarlyRefusal
from .edge.entrance import Entrance
from .edge.gate import Gate
from .edge.head import HeadAsGet
from .edge.headers import add_security_headers
from .edge.json_body import JsonRequest
from .edge.json_response import JsonResponse
from .edge.kept_answers import KeptAnswers
from .edge.measured import Measured
from .edge.problems import http_response, refusal_response, unexpected_response
from .edge.request_checks import check_request
from .edge.request_log import RequestLog
from .openapi.console import Console, is_installed
from .openapi.document import openapi_config
from .routes.addresses import AddressesController
from .routes.admin.alarms import AlarmsController
from .routes.admin.audit import AuditController
from .routes.admin.dead_letters import DeadLettersController
from .routes.admin.debts import DebtsController
from .routes.admin.disputes import DisputesController
from .routes.admin.halts import HaltsController
from .routes.admin.orders import AdminOrdersController
from .routes.admin.quotes import AdminQuotesController
from .routes.admin.shortfalls import ShortfallsController
from .routes.admin.users import AdminUsersController
from .routes.admin.waiting_money import WaitingMoneyController
from .routes.admin.webhook_endpoints import AdminWebhookEndpointsController
from .routes.api_keys import ApiKeysController
from .routes.asks import AsksController
from .routes.authentication import AuthenticationController
from .routes.bids import BidsController
from .routes.email_proofs import EmailProofsController
from .routes.export import ExportController
from .routes.figures import FiguresController
from .routes.health import HealthController
from .routes.market import MarketController
from .routes.notification_preferences import NotificationPreferencesController
from .routes.notifications import NotificationsController
from .routes.orders import OrdersController
from .routes.passwords import PasswordsController
from .routes.payment_methods import PaymentMethodsController, TestCardsController
from .routes.payout_accounts import PayoutAccountController
from .routes.payouts import PayoutsController
from .routes.phone_proofs import PhoneProofsController
from .routes.portfolio import PortfolioController
from .routes.price_alerts import PriceAlertsController
from .routes.products import ProductsController
from .routes.push_subscriptions import PushSubscriptionsController
from .routes.review_photos import ReviewPhotosController
from .routes.rules import RulesController
from .routes.search import SearchController
from .routes.sessions import OwnSessionsController, SessionsController
from .routes.users import UsersController
from .routes.webhook_endpoints import WebhookEndpointsController
from .routes.webhook_log import WebhookLogController
from .routes.webhooks import WebhooksController
from .stream.handler import follow_market

_ROUTES = (
    UsersController,
    EmailProofsController,
    PhoneProofsController,
    PasswordsController,
    AddressesController,
    PaymentMethodsController,
    TestCardsController,
    SessionsController,
    ApiKeysController,
    OwnSessionsController,
    ExportController,
    ProductsController,
    MarketController,
    FiguresController,
    RulesController,
    SearchController,
    BidsController,
    AsksController,
    OrdersController,
    AuthenticationController,
    ReviewPhotosController,
    PayoutAccountController,
    PayoutsController,
    PriceAlertsController,
    PortfolioController,
    NotificationsController,
    NotificationPreferencesController,
    PushSubscriptionsController,
    AdminUsersController,
    AdminQuotesController,
    HaltsController,
    DeadLettersController,
    AuditController,
    AlarmsController,
    AdminOrdersController,
    DebtsController,
    ShortfallsController,
    WaitingMoneyController,
    DisputesController,
    WebhooksController,
    WebhookEndpointsController,
    WebhookLogController,
    AdminWebhookEndpointsController,
    HealthController,
    ProofPages,
    LetterPages,
    follow_market,
)


def _pages(settings: HttpSettings) -> tuple[Router, ...]:
    """Return the routes of the pages, if they are wanted and what they need is installed."""
    if not settings.pages or find_spec("jinja2") is None:
        return ()
    from ..web.routes import PAGES  # an extra

    return (PAGES,)


def _failures(pages: tuple[Router, ...]) -> Callable[..., Response[Any]]:
    """Return what answers an error of the framework, such as an unknown path."""
    if not pages:
        return http_response
    from ..web.routes import answer_lost  # an extra

    return answer_lost


def _console(settings: HttpSettings) -> tuple[type[Controller], ...]:
    """Return the console of the API, if pages are wanted and its files are installed."""
    return (Console,) if settings.pages and is_installed() else ()


def create_app(
    application: Application,
    settings: HttpSettings | None = None,
    stream_settings: StreamSettings | None = None,
    log_settings: LogSettings | None = None,
) -> Litestar:
    """Return the HTTP application for `application`.

    It starts nothing: the caller starts the matching engine and the workers.
    """
    settings = settings or HttpSettings()
    behind = behind_routes(
        application, settings, stream_settings or StreamSettings(), log_settings or LogSettings()
    )
    app = build_routes(settings, lambda: behind)
    app.asgi_handler = before_routes(app.asgi_handler, settings, lambda: behind)
    return app


def build_routes(settings: HttpSettings, behind: Callable[[], Behind]) -> Litestar:
    """Return the routes, which ask at each request what is `behind` them.

    Building them takes 70 ms, which is longer than most tests take. So the tests put one exchange
    after the other behind the same routes.
    """
    pages = _pages(settings)
    return Litestar(
        route_handlers=(*_ROUTES, *pages, *_console(settings)),
        opt={"has_pages": bool(pages), "public_url": settings.public_url},
        request_class=JsonRequest,
        response_class=JsonResponse,
        request_max_body_size=settings.max_body,
        before_request=check_request,
        before_send=[add_security_headers],
        cors_config=cors_config(settings.cors_origins),
        middleware=[DefineMiddleware(Gate, behind=behind)],
        dependencies={
            "application": Provide(lambda: behind().application, sync_to_thread=False),
            "credential_limits": Provide(lambda: behind().credential_limits, sync_to_thread=False),
            "exports": Provide(lambda: behind().exports, sync_to_thread=False),
            "request_limits": Provide(lambda: behind().limits, sync_to_thread=False),
            "health": Provide(lambda: behind().health, sync_to_thread=False),
            "stream": Provide(lambda: behind().stream, sync_to_thread=False),
        },
        exception_handlers={
            Refusal: refusal_response,
            HTTPException: _failures(pages),
            Exception: unexpected_response,
        },
        openapi_config=openapi_config(),
        logging_config=None,
    )


def before_routes(
    handler: ASGIApp, settings: HttpSettings, behind: Callable[[], Behind]
) -> ASGIApp:
    """Return what is done with a request before its route is looked for."""
    cors = cors_config(settings.cors_origins)
    kept = KeptAnswers(handler, behind=behind)
    refusing = EarlyRefusal(kept, behind().application.admission, cors=cors)
    logged = RequestLog(Entrance(HeadAsGet(refusing), behind=behind, cors=cors), behind=behind)
    is_measured = behind().application.adapters.measurements.is_used
    return Measured(logged, behind=behind) if is_measured else logged
