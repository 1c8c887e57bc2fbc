"""Windows of a real browser, and what goes wrong in them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    Response,
    WebSocket,
    async_playwright,
    expect,
)

from solebook.entrypoints.demo.people import PASSWORD

CHROMIUM = Path("/usr/bin/chromium")
"""Debian's. The tests download none."""
PATIENCE = 60_000
"""Milliseconds within which a page has to show what is expected."""
_OWN = "127.0.0.1"
_NO_OTHER_HOST = f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {_OWN}"


@asynccontextmanager
async def running_chromium() -> AsyncIterator[Browser]:
    """Run a browser that reaches this machine alone."""
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", _NO_OTHER_HOST]
        )
        yield browser
        await browser.close()


@dataclass
class Window:
    """A window of somebody, and what went wrong in it."""

    page: Page
    url: str
    trouble: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._told)
        self.page.on("pageerror", lambda error: self.trouble.append(f"error: {error}"))
        self.page.on("request", self._asked)
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)
        self.page.on("websocket", self._connected)

    async def opens(self, path: str) -> None:
        """Go to a page of the market."""
        await self.page.goto(self.url + path)

    async def signs_in(self, email: str) -> None:
        """Sign in by the form."""
        await self.opens("/sign-in")
        await self.enters(email)

    async def enters(self, email: str) -> None:
        """Fill in the form to sign in, and send it."""
        await self.page.get_by_label("Email").fill(email)
        await self.page.get_by_label("Password").fill(PASSWORD)
        await self.presses("Sign in")

    async def fills(self, **fields: str) -> None:
        """Type into the fields with these names."""
        for name, text in fields.items():
            await self.page.locator(f'[name="{name}"]:visible').fill(text)

    async def presses(self, button: str) -> None:
        """Press a button of the page, not of its head."""
        await self.page.get_by_role("main").get_by_role("button", name=button).click()

    async def shows(self, text: str) -> None:
        """Expect a text on the page."""
        await expect(self.page.get_by_role("main")).to_contain_text(text)

    # ---- what went wrong ---------------------------------------------------------------------

    def _told(self, message: ConsoleMessage) -> None:
        # A refused form is answered with its status, which the browser tells as an error.
        # `_answered` looks at statuses.
        is_status = message.text.startswith("Failed to load resource: the server responded")
        if message.type in {"error", "warning"} and not is_status:
            self.trouble.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https"} and parts.hostname != _OWN:
            self.trouble.append(f"asked another server: {request.url}")

    def _connected(self, socket: WebSocket) -> None:
        if urlsplit(socket.url).hostname != _OWN:
            self.trouble.append(f"asked another server: {socket.url}")

    def _failed(self, request: Request) -> None:
        # Who clicks twice, or goes on before a page is there, leaves a page.
        if request.failure != "net::ERR_ABORTED":
            self.trouble.append(f"failed: {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        is_page = response.request.resource_type == "document"
        if response.status >= (500 if is_page else 400):
            self.trouble.append(f"{response.status}: {response.url}")


class Windows:
    """Opens windows, each of somebody else, as every one has its own cookies."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._opened: list[Window] = []

    async def open(self, url: str, **options: Any) -> Window:
        """Open a window at a market. `options` are those of Playwright's new_context."""
        options = {"locale": "en-US", "timezone_id": "UTC", **options}
        context = await self._browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        window = Window(await context.new_page(), url)
        self._opened.append(window)
        return window

    async def another(self, window: Window) -> Window:
        """Open another tab of the same person."""
        tab = Window(await window.page.context.new_page(), window.url)
        self._opened.append(tab)
        return tab

    async def close(self) -> list[str]:
        """Close all windows, and return what went wrong in them."""
        for window in self._opened:
            await window.page.context.close()
        return [each for window in self._opened for each in window.trouble]
