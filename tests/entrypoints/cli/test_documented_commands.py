"""Every `solebook ...` in the documentation or in a help text can be parsed."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from solebook.entrypoints.cli.admin.command import JOBS
from solebook.entrypoints.cli.main import build_parser

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SHELL = re.compile(r"^```bash$(.*?)^```$", re.DOTALL | re.MULTILINE)
NOTHING = "00000000-0000-0000-0000-000000000000"


def commands_in(text: str) -> Iterator[list[str]]:
    """Yield the arguments of each `solebook` line, with an id in place of each variable."""
    for line in text.splitlines():
        if line.startswith("solebook "):
            command, _, _ = line.partition(" > ")  # into a file
            yield shlex.split(re.sub(r"\$\w+", NOTHING, command), comments=True)[1:]


def documented() -> list[list[str]]:
    blocks = [block for page in PAGES for block in SHELL.findall(page.read_text("utf-8"))]
    return [command for block in blocks for command in commands_in(block)]


def test_every_documented_command_can_be_parsed() -> None:
    commands = documented()
    assert len(commands) > 20
    for command in commands:
        build_parser().parse_args(command)


ACTIONS = {action.name: action for job in JOBS for action in job}


@pytest.mark.parametrize("name", ACTIONS)
def test_the_example_of_an_action_can_be_parsed(name: str) -> None:
    [first, *_] = commands_in(ACTIONS[name].example)
    assert first[:2] == ["admin", name]
    build_parser().parse_args(first)


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_is_in_the_operators_guide(name: str) -> None:
    guide = "".join(
        (ROOT / "docs" / "how-to" / page).read_text("utf-8")
        for page in ("run-the-market.md", "run-it.md")
    )
    assert re.search(rf"solebook admin {name}\b", guide)


def test_every_action_that_changes_something_requires_a_reason() -> None:
    reads = {
        "find-user",
        "find-order",
        "quotes",
        "halts",
        "alarms",
        "audit",
        "dead-letters",
        "style-codes",
        "frozen-orders",
        "dispute",
        "disputes",
        "suspense",
        "tokens",
        "webhook",
        "webhooks",
    }
    without = {name for name, action in ACTIONS.items() if not action.needs_reason}
    # A retry is always safe, so its reason is optional.
    assert without == reads | {"replay"}
