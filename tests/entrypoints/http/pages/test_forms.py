"""What holds for the forms of all pages."""

import re
import tomllib
from collections.abc import Iterable

import pytest
from litestar.routes import HTTPRoute

from solebook.entrypoints.web.embedded_provider.cards import TEST_CARDS
from solebook.entrypoints.web.words import FILE
from solebook.ports.language.api_tokens import KeyScope
from solebook.ports.language.complaints import ComplaintKind
from solebook.ports.language.market import Condition, QuoteStatus
from solebook.ports.language.notifications import ALWAYS_SENT, Channel, NotificationKind
from solebook.ports.language.orders import CancelReason, FreezeReason, OrderStatus
from solebook.ports.language.payments import PayoutState
from solebook.ports.language.search import SearchSort
from solebook.ports.language.steps import ORDER_STEPS

from ..world import World, is_page

FOLDER = FILE.parent


def test_every_page_that_takes_a_form_checks_whose_it_is(world: World) -> None:
    posts = [
        handler
        for route in world.app.routes
        if isinstance(route, HTTPRoute) and is_page(route)
        for handler in route.route_handlers
        if "POST" in handler.http_methods
    ]
    assert len(posts) >= 4
    for handler in posts:
        assert "form" in handler.parsed_fn_signature.parameters, handler


def test_every_text_of_the_catalogue_is_used() -> None:
    used = "".join(
        file.read_text(encoding="utf-8")
        for pattern in ("**/*.html", "**/*.py")
        for file in FOLDER.glob(pattern)
    )
    computed = {
        "admin_figure",
        "sort",
        "condition",
        "quote_status",
        "order_status",
        "complaint",
        "cancel_reason",
        "freeze_reason",
        "step",
        "test_card",
        "key_scope",
        "channel",
        "notification_kind",
        "payout_state",
        "warehouse_view",
        "webhook_disabled",
        "check",
    }
    short = {
        "account": "a",
        "admin": "a",
        "trade": "t",
        "quote": "q",
        "order": "o",
        "warehouse": "w",
    }
    unused = [
        f"{page}.{name}"
        for page, texts in tomllib.loads(FILE.read_text(encoding="utf-8")).items()
        if page not in computed
        for name in texts
        if f"words.{page}.{name}" not in used
        and f'words.{page}["{name}"]' not in used
        and f"texts.{name}" not in used
        and not (page in short and re.search(rf"\b{short[page]}\.{name}\b", used))
    ]
    assert unused == []


@pytest.mark.parametrize(
    ("page", "values"),
    [
        ("sort", SearchSort),
        ("condition", Condition),
        ("quote_status", QuoteStatus),
        ("order_status", OrderStatus),
        ("complaint", ComplaintKind),
        ("cancel_reason", CancelReason),
        ("freeze_reason", FreezeReason),
        ("step", ORDER_STEPS),
        ("test_card", TEST_CARDS),
        ("key_scope", KeyScope),
        ("channel", Channel),
        ("notification_kind", set(NotificationKind) - ALWAYS_SENT),
        ("payout_state", PayoutState),
    ],
)
def test_every_value_has_a_text(page: str, values: Iterable[str]) -> None:
    texts = tomllib.loads(FILE.read_text(encoding="utf-8"))[page]
    assert set(texts) == {str(value) for value in values}
