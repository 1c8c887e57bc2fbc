"""The HTTP application."""

from litestar import Litestar
from litestar.config.cors import CORSConfig
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.middleware import DefineMiddleware

from ...composition.application import Application
from ...config.http import HttpSettings
from ...config.stream import StreamSettings
from ...ports.language.errors import Refusal
from .addresses import AddressesController
from .admin.alarms import AlarmsController
from .admin.audit import AuditController
from .admin.dead_letters import DeadLettersController
from .admin.debts import DebtsController
from .admin.halts import HaltsController
from .admin.orders import AdminOrdersController
from .admin.quotes import AdminQuotesController
from .admin.shortfalls import ShortfallsController
from .admin.users import AdminUsersController
from .admin.waiting_money import WaitingMoneyController
from .asks import AsksController
from .authentication import AuthenticationController
from .bearer import BearerAuthentication
from .bids import BidsController
from .client_address import client_address
from .figures import FiguresController
from .headers import add_security_headers
from .health import HealthController
from .hosts import AllowedHosts
from .json_body import JsonRequest
from .market import MarketController
from .notification_preferences import NotificationPreferencesController
from .notifications import NotificationsController
from .openapi import openapi_config
from .orders import OrdersController
from .payouts import PayoutsController
from .price_alerts import PriceAlertsController
from .problems import http_response, refusal_response, unexpected_response
from .products import ProductsController
from .rate_limiting import CredentialLimits, LimitByAddress, LimitByUser
from .request_checks import check_request
from .search import SearchController
from .sessions import SessionsController
from .stream import Stream, follow_market
from .users import UsersController
from .webhooks import WebhooksController

_ROUTES = (
    UsersController,
    AddressesController,
    SessionsController,
    ProductsController,
    MarketController,
    FiguresController,
    SearchController,
    BidsController,
    AsksController,
    OrdersController,
    AuthenticationController,
    PayoutsController,
    PriceAlertsController,
    NotificationsController,
    NotificationPreferencesController,
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
    WebhooksController,
    HealthController,
    follow_market,
)


def create_app(
    application: Application,
    settings: HttpSettings | None = None,
    stream_settings: StreamSettings | None = None,
) -> Litestar:
    """Return the HTTP application over `application`.

    It starts nothing: the matching engine and the workers run beside it, started by the caller.
    """
    settings = settings or HttpSettings()
    limits = application.adapters.rate_limits
    address_of = client_address(settings.proxy_networks())
    credential_limits = CredentialLimits(limits, settings.credentials_limit, address_of)
    stream = Stream(application, stream_settings or StreamSettings(), settings, address_of)
    origins = list(settings.cors_origins)
    return Litestar(
        route_handlers=_ROUTES,
        request_class=JsonRequest,
        request_max_body_size=settings.max_body,
        before_request=check_request,
        before_send=[add_security_headers],
        cors_config=CORSConfig(allow_origins=origins) if origins else None,
        middleware=[
            AllowedHosts(settings.allowed_hosts),
            LimitByAddress(limits, settings.address_limit, address_of),
            DefineMiddleware(
                BearerAuthentication, authenticate=application.users.authenticate_request
            ),
            LimitByUser(limits, settings.user_limit),
        ],
        dependencies={
            "application": Provide(lambda: application, sync_to_thread=False),
            "credential_limits": Provide(lambda: credential_limits, sync_to_thread=False),
            "stream": Provide(lambda: stream, sync_to_thread=False),
        },
        exception_handlers={
            Refusal: refusal_response,
            HTTPException: http_response,
            Exception: unexpected_response,
        },
        openapi_config=openapi_config(),
        logging_config=None,
    )
