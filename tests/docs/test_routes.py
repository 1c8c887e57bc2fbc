"""The routes that the documentation names exist."""

import re
from pathlib import Path

import pytest
from litestar.routes import HTTPRoute

from solebook.composition.embedded import build_embedded
from solebook.entrypoints.http.app import create_app

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    *sorted(page for page in (ROOT / "docs").rglob("*.md") if page.parent.name != "adr"),
]
NAMED = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) (/v1/[^`?\s]*)")
PARAMETER = re.compile(r"\{[^}]*\}|(?<=/)[A-Z_]+(?=/|$)")


@pytest.fixture(scope="module")
def routes() -> set[tuple[str, str]]:
    return {
        (method, PARAMETER.sub("*", route.path_format))
        for route in create_app(build_embedded()).routes
        if isinstance(route, HTTPRoute)
        for method in route.methods
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_routes_that_the_page_names_exist(page: Path, routes: set[tuple[str, str]]) -> None:
    named = {
        (method, PARAMETER.sub("*", path))
        for method, path in NAMED.findall(page.read_text(encoding="utf-8"))
    }

    assert named - routes == set()
