"""The table of routes: nobody is forgotten and nobody is called twice."""

from collections import Counter

from solebook.composition.embedded import build_embedded
from solebook.composition.routes import routes
from solebook.ports.language.events import (
    EVENTS,
    Event,
    OrderAuthPassed,
    OrderSellerShipped,
    OrderShipped,
    ProductChanged,
    UserRegistered,
)

TOLD_TO_NOBODY_YET: set[type[Event]] = {
    UserRegistered,
    ProductChanged,
    OrderSellerShipped,
    OrderAuthPassed,
    OrderShipped,
}


def test_every_event_is_told_to_somebody_or_knowingly_to_nobody() -> None:
    told = {consumer.subject for consumer in routes(build_embedded())}
    untold = {event.SUBJECT for event in TOLD_TO_NOBODY_YET}
    assert told | untold == EVENTS.keys()
    assert told & untold == set()


def test_every_consumer_has_a_name_of_its_own() -> None:
    names = Counter(consumer.name for consumer in routes(build_embedded()))
    assert {name for name, count in names.items() if count > 1} == set()
    assert len(names) > 20


def test_a_consumer_is_named_by_its_use_case_and_what_it_hears() -> None:
    # Names are kept with the messages that failed, so they outlive a process.
    app = build_embedded()
    for consumer in routes(app):
        use_case, subject = consumer.name.split(":")
        context, verb = use_case.split(".")
        assert callable(getattr(getattr(app, context), verb)), consumer.name
        assert subject == consumer.subject
