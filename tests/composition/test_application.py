"""The application wires every use case of the core, and subscribes each to its events."""

import dataclasses
import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import get_args, get_type_hints

from solebook import core
from solebook.composition.application import Application
from solebook.composition.embedded import build_embedded
from solebook.composition.routes import routes
from solebook.core.outgoing_webhooks.contents import TOLD
from solebook.ports.language.events import (
    EVENTS,
    Event,
)

PARTS_OF_USE_CASES = {
    "solebook.core.users.closing.leave_market.LeaveMarket",
    "solebook.core.bidding.place_on_side.PlaceOnSide",
    "solebook.core.users.challenges.answer_by_letter.AnswerByLetter",
    "solebook.core.outgoing_webhooks.disable_endpoint.Disabling",
    "solebook.core.orders.progress.Progress",
    "solebook.core.payments.charges.count_decline.CountDecline",
    "solebook.core.payments.disputes.gather_evidence.GatherEvidence",
    "solebook.core.payments.disputes.bear_loss.BearLoss",
    "solebook.core.payments.disputes.record_dispute.RecordDispute",
    "solebook.core.payments.charges.end_charge.EndCharge",
    "solebook.core.payments.reconciliation.item_differences.ItemDifferences",
    "solebook.core.payments.lock_trade.LockTrade",
    "solebook.core.payments.preview_trades.PreviewTrades",
    "solebook.core.payments.refunds.set_off.SetOff",
    "solebook.core.search.market_figures.ReadFigures",
    "solebook.core.users.keep_card.KeepCard",
}
"""What use cases share, which nobody outside the core calls."""

BESIDE_THE_APPLICATION = {
    "solebook.core.analytics.chart_lag.ChartLag",
    "solebook.core.analytics.chart_sales.ChartSales",
    "solebook.core.analytics.redraw_charts.RedrawCharts",
    "solebook.core.bidding.apply_rules.ApplyRules",
    "solebook.core.operations.check_services.CheckServices",
    "solebook.core.operations.compare_clocks.CompareClocks",
    "solebook.core.bidding.reshard.Reshard",
    "solebook.core.operations.move_clock.MoveClock",
    "solebook.core.operations.start_clock.StartClock",
    "solebook.core.operations.view_clock.ViewClock",
    "solebook.core.operations.view_health.ViewHealth",
    "solebook.core.operations.view_leases.ViewLeases",
    "solebook.core.payments.webhooks.follow_hint.FollowHint",
    "solebook.core.users.end_all_sessions.EndAllSessions",
}
"""What needs an engine in this process, asks the whole application, or belongs to its leases.

Or it is there only with charts outside the store, or moves the clock of a demo, which only the
command line does.
"""

TELLS_PROGRESS = {"solebook.core.payments.reconciliation.reconcile.Reconcile"}
"""What is not awaited, because it yields how far it is."""


def use_cases_of_the_core() -> Iterator[type]:
    """Every class of the core with ports for fields that can be called and awaited."""
    for module in pkgutil.walk_packages(core.__path__, f"{core.__name__}."):
        for kind in vars(import_module(module.name)).values():
            if (
                inspect.isclass(kind)
                and kind.__module__ == module.name
                and dataclasses.is_dataclass(kind)
                and inspect.iscoroutinefunction(inspect.getattr_static(kind, "__call__", None))
            ):
                yield kind


def name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def test_every_use_case_is_wired() -> None:
    contexts = get_type_hints(Application).values()
    wired = {
        name(use_case)
        for context in contexts
        if getattr(context, "__name__", "").endswith("UseCases")
        for use_case in get_type_hints(context).values()
        if "__call__" in dir(use_case)  # a query may only have methods with names
    }
    assert {
        name(kind) for kind in use_cases_of_the_core()
    } == wired - TELLS_PROGRESS | PARTS_OF_USE_CASES | BESIDE_THE_APPLICATION
    assert len(wired) > 40


def named_use_cases(application: Application) -> Iterator[tuple[str, object]]:
    """Every use case that is wired, by its context and its verb."""
    for context in dataclasses.fields(application):
        use_cases = getattr(application, context.name)
        if type(use_cases).__name__.endswith("UseCases"):
            for field in dataclasses.fields(use_cases):
                use_case = getattr(use_cases, field.name)
                if use_case is not None:  # some are only there with another server
                    yield f"{context.name}.{field.name}", use_case


def test_every_use_case_is_named_by_its_verb() -> None:
    """A context may have folders. Those of payments and users have use cases of their own, or
    not."""
    for name, use_case in named_use_cases(build_embedded()):
        context, verb = name.split(".")
        *folders, module = type(use_case).__module__.removeprefix("solebook.core.").split(".")
        assert module == verb
        assert context in folders
        assert folders[0] in (context, "payments", "users")


# ---- events --------------------------------------------------------------------------------------

HEARS_THROUGH_ANOTHER = {
    "catalog.release_stock:order.cancelled",
    "search.update_figures:order.created",
    "search.update_figures:order.cancelled",
    "search.update_figures:order.auth_failed",
    "search.update_figures:order.refund_granted",
}
"""Whom the consumer of another use case calls too, because the order matters."""


HEARS_BESIDE_THE_APPLICATION = {"payments.follow_hint:webhook.hinted"}


def events_of(use_case: object) -> set[type[Event]]:
    """The events that a use case takes, if it takes any."""
    hints = get_type_hints(type(use_case).__call__)
    taken = [kind for hint in hints.values() for kind in (get_args(hint) or (hint,))]
    return {kind for kind in taken if isinstance(kind, type) and issubclass(kind, Event)}


def test_every_use_case_is_subscribed_to_every_event_that_it_takes() -> None:
    # A consumer's name is kept with each message that it failed on: it must not change lightly.
    app = build_embedded()
    expected = {
        f"{name}:{event.SUBJECT}"
        for name, use_case in named_use_cases(app)
        for event in events_of(use_case)
    }
    told = {consumer.name for consumer in routes(app)} - HEARS_BESIDE_THE_APPLICATION
    webhooks = {f"outgoing_webhooks.tell_endpoints:{event.SUBJECT}" for event in TOLD}
    assert told | HEARS_THROUGH_ANOTHER == expected | webhooks
    assert len(expected) > 25


def test_every_event_has_a_consumer() -> None:
    assert {consumer.subject for consumer in routes(build_embedded())} == EVENTS.keys()
