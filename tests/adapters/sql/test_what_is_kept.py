"""The page about what is kept has every table of the schema."""

import re
from pathlib import Path

from solebook.adapters.sql.schema import metadata

PAGE = Path(__file__).parents[3] / "docs" / "what-is-kept.md"


def test_the_page_says_of_each_table_what_removes_its_rows() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    tables = [table for table, grows, removed in rows if grows and removed]
    # A new table needs a row that says what it grows with and what removes its rows.
    assert tables == sorted(metadata.tables)
