"""What the documentation names exists, and the glossary has each word where it is sought."""

import re
from pathlib import Path

import pytest

from solebook.entrypoints.http.edge.problems import STATUS, problem_type
from solebook.entrypoints.stack.processes import HTTP, TOGETHER
from solebook.ports.language.errors import RebuildReplaced, TooManySubscriptions

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PICTURE = re.compile(r"!\[[^\]]+\]\((?!https?:)([^)]+)\)")
MOST = 150_000
"""The bytes that a picture may have."""
LAYERS = "ports|core|adapters|config|composition|entrypoints"
PATH = re.compile(
    rf"`((?:{LAYERS}|tests|servers|docs|benchmarks|deploy|releasing|auditing)/[\w./-]*)`"
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_and_folders_that_the_page_names_exist(page: Path) -> None:
    named = set(PATH.findall(page.read_text(encoding="utf-8")))

    assert sorted(name for name in named if not (ROOT / name).exists()) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_pictures_of_the_page_exist_and_are_small(page: Path) -> None:
    shown = [page.parent / path for path in PICTURE.findall(page.read_text(encoding="utf-8"))]

    assert [each for each in shown if not each.exists() or each.stat().st_size > MOST] == []


def test_every_page_for_readers_is_in_the_list_of_what_to_read() -> None:
    index = DOCS / "index.md"
    linked = set(re.findall(r"\]\(([\w/-]+\.md)", index.read_text(encoding="utf-8")))
    pages = {*DOCS.glob("*.md"), *DOCS.glob("how-to/*.md")} - {index}

    assert {str(page.relative_to(DOCS)) for page in pages} - linked == set()


@pytest.mark.parametrize("layer", ["entrypoints", "core", "adapters"])
def test_the_drawing_of_the_architecture_has_every_room(layer: str) -> None:
    page = (DOCS / "architecture.md").read_text(encoding="utf-8")
    box = page.partition(f'subgraph {layer}["')[2].partition("    end\n")[0]
    rooms = {package.parent.name for package in (ROOT / layer).glob("*/__init__.py")}

    assert rooms - set(re.findall(r"\w+", box)) == set()


def test_the_guide_has_every_refusal_of_a_route() -> None:
    told = {kind for kind in STATUS if kind not in (RebuildReplaced, TooManySubscriptions)}
    rows = (ROOT / "docs" / "http-guide.md").read_text(encoding="utf-8").splitlines()

    for kind in told:
        start = f"| {STATUS[kind]} | `{problem_type(kind)}` |"
        assert len([row for row in rows if row.startswith(start)]) == 1, kind


def test_glossary_has_each_word_once_in_alphabetical_order_with_its_home() -> None:
    entries = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").split("\n## ")[1:]
    words = [entry.partition("\n")[0] for entry in entries]

    assert len(words) > 50
    assert words == sorted(set(words))
    assert [entry for entry in entries if not PATH.search(entry)] == []


def test_the_page_of_the_stack_has_the_roles_of_each_process() -> None:
    page = (ROOT / "docs" / "how-to" / "run-the-stack.md").read_text(encoding="utf-8")
    expected: dict[tuple[str, ...], list[str]] = {("http",): list(HTTP)}
    for name, roles in TOGETHER.items():
        expected.setdefault(roles, []).append(name)

    for roles, names in expected.items():
        row = f"| {', '.join(f'`{n}`' for n in names)} | {', '.join(f'`{r}`' for r in roles)} |"
        assert row in page
