"""A browser and markets for it. Everything here runs in one event loop."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from ..missing_server import do_without
from .market import Market, demo_market, new_market
from .windows import CHROMIUM, Windows, running_chromium


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run these tests in the loop of the session, which the browser and the server live in."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser, which is started once."""
    if not CHROMIUM.exists():
        do_without(f"needs {CHROMIUM} (apt-get install chromium)")
    async with running_chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def windows(chromium: Browser) -> AsyncIterator[Windows]:
    """Opens windows. A test fails if anything goes wrong in one that no person would see."""
    opened = Windows(chromium)
    yield opened
    trouble = await opened.close()
    assert trouble == []


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def market() -> AsyncIterator[Market]:
    """A market without products, for a file of tests."""
    async with new_market() as market:
        yield market


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def demo() -> AsyncIterator[Market]:
    """The demo's market. Tests look at it, and change nothing."""
    async with demo_market() as market:
        yield market
