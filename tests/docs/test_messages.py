"""The page on messages has every subject once, with its consumers in the order of their calls."""

import re
from pathlib import Path

from solebook.composition.embedded import build_embedded
from solebook.composition.routes import routes
from solebook.ports.language.consumers import Consumer
from solebook.ports.language.events import EVENTS

PAGE = Path(__file__).parents[2] / "docs" / "messages.md"
ROW = re.compile(r"^\| `(?P<subject>[\w.]+)` \| .+ \| (?P<heard_by>.+) \|$", re.MULTILINE)


def in_words(consumer: Consumer) -> str:
    name = f"`{consumer.name.removesuffix(f':{consumer.subject}')}`"
    return f"{name} ({consumer.queue})" if consumer.queue.is_for_slow_consumers else name


def test_the_page_says_who_hears_of_each_subject_in_which_order() -> None:
    consumers = routes(build_embedded())
    heard_by = {
        subject: ", ".join(in_words(each) for each in consumers if each.subject == subject)
        for subject in EVENTS
    }
    rows = ROW.findall(PAGE.read_text(encoding="utf-8"))

    assert dict(rows) == {subject: names or "nobody" for subject, names in heard_by.items()}
    assert len(rows) == len(EVENTS)
