"""The traces of a process."""

from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import replace

from ..adapters.decorators.linked_deadlines import LinkedDeadlines
from ..adapters.decorators.traced import traced
from ..config.settings import Settings
from ..ports.clock import Clock
from ..ports.language.process_roles import ProcessRole
from ..ports.language.tracing import recording
from ..ports.service_check import ServiceCheck
from .adapters import Adapters
from .encryption import encryption_of
from .logs import service_of

_OUTSIDE = (
    "payment_provider",
    "seller_accounts",
    "card_vault",
    "mailer",
    "text_messenger",
    "push_messenger",
    "webhook_sender",
    "search_index",
    "shown_search",
    "photos",
)
"""The ports whose calls are spans: those to the servers of others."""


@contextmanager
def recording_traces(settings: Settings, roles: Set[ProcessRole]) -> Iterator[None]:
    """Record traces until the block is left, if the settings name a collector.

    Raises ModuleNotFoundError if the packages for them are missing, and OSError if a file of TLS
    cannot be used.
    """
    tracing = settings.tracing
    if tracing.otlp_url is None:
        yield
        return
    from ..adapters.opentelemetry.export import Files, exporting

    encryption_of("tracing", tracing)  # the exporter would name no file, and not before it sends
    files = Files(tracing.ca, tracing.cert, tracing.key)
    sending = exporting(
        tracing.otlp_url, service=service_of(roles), sample=tracing.sample, files=files
    )
    with sending as tracer, recording(tracer):
        yield


def with_spans(adapters: Adapters, settings: Settings) -> Adapters:
    """Return adapters whose calls to servers of others are spans, if traces are recorded."""
    return adapters if settings.tracing.otlp_url is None else traced_adapters(adapters)


def traced_adapters(adapters: Adapters) -> Adapters:
    """Return adapters that tell what they do, if it is recorded."""
    store = adapters.store
    spanned = {name: traced(getattr(adapters, name), name.replace("_", " ")) for name in _OUTSIDE}
    shown = traced(adapters.charts.shown, "charts")
    return replace(
        adapters,
        store=replace(store, deadlines=LinkedDeadlines(store.deadlines)),
        charts=adapters.charts._replace(shown=shown),
        **spanned,
    )


def check_of_collector(settings: Settings, _: Clock) -> ServiceCheck | None:
    """Return what tries the collector, or None if no traces are recorded."""
    url = settings.tracing.otlp_url
    if url is None:
        return None
    from ..adapters.opentelemetry.check import CollectorCheck

    return CollectorCheck(url)
