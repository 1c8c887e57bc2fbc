"""Every alert fires on the numbers of an exchange in its trouble, and none without trouble."""

import contextlib
import io
import re
from pathlib import Path

import pytest

from solebook.entrypoints.cli.main import main

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


@pytest.mark.parametrize("page", sorted(RUNBOOKS.glob("[A-Z]*.md")), ids=lambda page: page.stem)
def test_a_page_says_what_it_means_what_to_look_at_and_what_to_do(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    parts = ("What users feel", "What to look at", "What to do", "Commands")
    assert re.findall(r"^\*\*([\w ]+):\*\*", text, re.MULTILINE) == list(parts)
    assert re.match(rf"# {page.stem}\n\n[^*\n].+", text), "it begins with what it means"
    [commands] = re.findall(r"```bash\n(.+?)```", text, re.DOTALL)
    for command in re.findall(r"^solebook (.+)$", commands, re.MULTILINE):
        words = [word for word in command.split() if word.islower() and word[0] != "-"]
        assert _is_known(words[: 2 if words[0] == "admin" else 1]), command


def _is_known(words: list[str]) -> bool:
    """Return whether there is such a command: one that is not there ends with another status."""
    with pytest.raises(SystemExit) as ended, contextlib.redirect_stdout(io.StringIO()):
        main([*words, "--help"])
    return ended.value.code == 0
