"""Every alert fires on the numbers of an exchange in its trouble, and none without trouble."""

import re
from pathlib import Path

import pytest

from . import outside_troubles  # noqa: F401  # which are among the troubles
from .scrapes import ALERTS, alert_names, check
from .troubles import TROUBLES

pytestmark = pytest.mark.integration

RUNBOOKS = Path(__file__).parents[2] / "docs" / "runbooks"


async def test_every_alert_fires_in_its_trouble_and_none_without(tmp_path: Path) -> None:
    scraped = {}
    for name, (trouble, alerts) in TROUBLES.items():
        folder = tmp_path / name
        folder.mkdir()
        scraped[name] = await trouble(folder), alerts
    check(tmp_path, scraped, ALERTS)


def test_every_alert_has_a_trouble_and_a_page() -> None:
    names = alert_names(ALERTS)
    assert len(names) > 20
    assert {alert for _, alerts in TROUBLES.values() for alert in alerts} == set(names)
    assert {page.stem for page in RUNBOOKS.glob("*.md")} == {*names, "index"}
    text = ALERTS.read_text(encoding="utf-8")
    assert re.findall(r"runbook_url: docs/runbooks/(\w+)\.md", text) == names
    listed = re.findall(
        r"^\| \[(\w+)\]\(\1\.md\)", (RUNBOOKS / "index.md").read_text("utf-8"), re.M
    )
    assert listed == names
