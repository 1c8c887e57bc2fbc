"""An order's history as it is sent."""

from datetime import UTC, datetime
from uuid import UUID

from solebook.core.orders.shown_events import show_event
from solebook.core.orders.viewers import Viewer
from solebook.entrypoints.http.routes.order_views import order_event_view
from solebook.ports.language.ids import OrderId
from solebook.ports.language.order_history import Paid, RecordedEvent

AT = datetime(2026, 3, 2, tzinfo=UTC)


def test_an_event_is_told_in_plain_values() -> None:
    recorded = RecordedEvent(OrderId(UUID(int=1)), 3, AT, Paid(21_400, AT))
    view = order_event_view(show_event(recorded, Viewer.BUYER))
    assert (view.number, view.type, view.at) == (3, "paid", AT)
    assert view.data == {"amount": 21_400, "ship_by": "2026-03-02T00:00:00Z"}
