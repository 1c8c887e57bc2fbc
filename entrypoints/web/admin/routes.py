"""The routes of the pages of admins, under `/admin`."""

from litestar import Router
from litestar.di import Provide

from .alarms import AlarmPages
from .dead_letters import DeadLetterPages
from .orders import AdminOrderPages
from .overview import OverviewPage
from .staff import admin_form_of, admin_of

ADMIN_PAGES = Router(
    "/",
    route_handlers=[OverviewPage, AdminOrderPages, AlarmPages, DeadLetterPages],
    dependencies={"user": Provide(admin_of), "form": Provide(admin_form_of)},
)
"""Whoever is no admin gets none of them."""
