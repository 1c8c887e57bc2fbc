"""An order's history as it is sent."""

from datetime import UTC, datetime
from uuid import UUID

from solebook.core.orders.shown_steps import show_step
from solebook.core.orders.viewers import Viewer
from solebook.entrypoints.http.routes.order_views import step_view
from solebook.ports.language.ids import OrderId
from solebook.ports.language.steps import Confirmed, RecordedStep

AT = datetime(2026, 3, 2, tzinfo=UTC)


def test_an_event_is_told_in_plain_values() -> None:
    recorded = RecordedStep(OrderId(UUID(int=1)), 3, AT, Confirmed(21_400, AT))
    view = step_view(show_step(recorded, Viewer.BUYER))
    assert (view.number, view.type, view.at) == (3, "confirmed", AT)
    assert view.data == {"amount": 21_400, "ship_by": "2026-03-02T00:00:00Z"}
