"""Decisions are numbered, each once, and their status says what holds of them."""

import re
from pathlib import Path

import pytest

DECISIONS = sorted((Path(__file__).parents[2] / "docs" / "adr").glob("[0-9]*.md"))[1:]
"""All but the template."""


def test_each_decision_has_a_number_of_its_own() -> None:
    numbers = [decision.name[:4] for decision in DECISIONS]

    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda decision: decision.stem)
def test_decision_says_whether_it_holds_or_what_took_its_place(decision: Path) -> None:
    title, _, rest = decision.read_text(encoding="utf-8").partition("\n\n")
    status = rest.partition("\n\n")[0].replace("\n", " ")
    links = re.findall(r"\]\((\S+)\)", status)

    assert title.startswith(f"# {decision.name[:4]}. ")
    assert re.match(r"Status: (proposed|accepted|superseded by \[)", status)
    assert all((decision.parent / link).exists() for link in links)
    assert ("supersede" in status.lower()) == bool(links)
