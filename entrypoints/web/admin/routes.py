"""The routes of the pages of admins, under `/admin`."""

from litestar import Router
from litestar.di import Provide

from .alarms import AlarmPages
from .audit import AuditPage
from .dead_letters import DeadLetterPages
from .disputes import DisputePages
from .halts import HaltPages
from .import_products import ImportPages
from .money import MoneyPages
from .orders import AdminOrderPages
from .overview import OverviewPage
from .products import AdminProductPages
from .quotes import AdminQuotePages
from .staff import admin_form_of, admin_of
from .users import AdminUserPages
from .webhooks import AdminWebhookPages

ADMIN_PAGES = Router(
    "/",
    route_handlers=[
        OverviewPage,
        AdminOrderPages,
        AdminUserPages,
        AdminQuotePages,
        AlarmPages,
        DeadLetterPages,
        AuditPage,
        AdminProductPages,
        HaltPages,
        ImportPages,
        DisputePages,
        MoneyPages,
        AdminWebhookPages,
    ],
    dependencies={"user": Provide(admin_of), "form": Provide(admin_form_of)},
)
"""Whoever is no admin gets none of them."""
