"""The page of the settings tells what each number may be."""

import re
from pathlib import Path

from solebook.ports.language.limits import as_written

from ..numbers import numbers

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"
ROW = re.compile(r"^\| `([a-z_.]+)` \| `([^`]+)` \| `([^`]+)` \| (.+) \|$", re.MULTILINE)


def test_the_page_has_the_limits_of_every_number_and_what_zero_means() -> None:
    _, _, section = PAGE.read_text(encoding="utf-8").partition("\n## What the numbers may be\n")
    told = {(name, least, most) for name, least, most, _ in ROW.findall(section)}
    assert told == {
        (name, as_written(between.least), as_written(between.most))
        for name, _, between in numbers()
    }
