"""Every page that exists, found by following links, as whoever may see it."""

import re
from collections import Counter, deque
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

from litestar import Litestar
from litestar.routes import HTTPRoute

from ..entrypoints.http.world import is_page
from .market import Market
from .windows import Window, Windows

_LONGER = 1.3
"""How many times longer than the first page of a route another one is, to be looked at too."""
_FOLLOWED = 4
"""How many links to one route, with the same parameters, one visitor follows."""

_BY_FORMS = (
    ("buyer", "/account/cards", "Add a card"),
    ("authenticator", "/account/payout-account", "Open an account"),
)
"""Who reaches more pages by which button."""
_BY_ADDRESS = (("nobody", "/account/closed"),)
"""What is shown after an act that would change the market of the other tests."""


@dataclass(frozen=True)
class FoundPage:
    """A page, and whose window shows it (nobody's is the one of a stranger)."""

    route: str
    path: str
    who: str
    is_shown: bool = True
    """Whether a browser shows it. A file is kept instead."""


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a" and (href := dict(attrs).get("href")):
            self.found.append(href)


def page_routes(app: Litestar) -> dict[str, re.Pattern[str]]:
    """Return the routes of all pages that are shown (and not only sent to), as expressions."""
    paths = {
        route.path_format
        for route in app.routes
        if isinstance(route, HTTPRoute) and is_page(route) and "GET" in route.methods
    }
    return {
        path: re.compile(re.sub(r"\\\{[^/]+\\\}", "[^/]+", re.escape(path)))
        for path in sorted(paths)
        if not path.startswith("/static/")
    }


async def windows_of_everybody(market: Market, windows: Windows) -> dict[str, Window]:
    """Open a window for a stranger, and one for each kind of user, who is signed in."""
    people = market.people
    everybody = {
        "buyer": people.buyers[0],
        "seller": people.sellers[0],
        "authenticator": people.authenticator,
        "admin": people.admin,
    }
    opened = {"nobody": await windows.open(market.url)}
    for name, person in everybody.items():
        opened[name] = await windows.open(market.url)
        await opened[name].signs_in(person.email)
    return opened


async def find_pages(market: Market, opened: dict[str, Window]) -> list[FoundPage]:
    """Follow the links from the market on in every window."""
    routes = page_routes(market.app)
    found: dict[str, list[tuple[int, FoundPage]]] = {route: [] for route in routes}
    for who, window in opened.items():
        for size, page in await _followed(window, who, routes):
            found[page.route].append((size, page))
    for who, path, button in _BY_FORMS:
        window = opened[who]
        await window.opens(path)
        await window.presses(button)
        reached = window.page.url.removeprefix(window.url)
        if route := _route_of(reached, routes):
            found[route].append((0, FoundPage(route, reached, who)))
    for who, path in _BY_ADDRESS:
        if route := _route_of(path, routes):
            found[route].append((0, FoundPage(route, path, who)))
    return [page for pages in found.values() for page in _chosen(pages)]


def _chosen(pages: list[tuple[int, FoundPage]]) -> list[FoundPage]:
    """Return the first page of a route, and the longest if that has much more."""
    if not pages:
        return []
    size, first = pages[0]
    most, longest = max(pages, key=lambda each: each[0])
    return [first, longest] if most > _LONGER * size else [first]


async def _followed(
    window: Window, who: str, routes: dict[str, re.Pattern[str]]
) -> list[tuple[int, FoundPage]]:
    """Return the pages that one visitor reaches, with their sizes."""
    request = window.page.context.request
    waiting, known = deque(["/"]), {"/"}
    followed: Counter[tuple[str, tuple[str, ...]]] = Counter()
    pages = []
    while waiting:
        path = waiting.popleft()
        route = _route_of(path, routes)
        if route is None:
            continue
        kind = (route, tuple(parse_qs(urlsplit(path).query)))
        followed[kind] += 1
        if followed[kind] > _FOLLOWED:
            continue
        answer = await request.get(window.url + path, max_redirects=0)
        if answer.status == 303:  # sign in first
            continue
        assert answer.ok, f"a link leads to {path}, which answers {answer.status} to {who}"
        is_shown = answer.headers["content-type"].startswith("text/html")
        html = await answer.text() if is_shown else ""
        pages.append((len(html), FoundPage(route, path, who, is_shown)))
        links = _Links()
        links.feed(html)
        for href in links.found:
            there = urlsplit(urljoin(path, href))
            goes_to = there.path + (f"?{there.query}" if there.query else "")
            if not there.netloc and goes_to not in known:
                known.add(goes_to)
                waiting.append(goes_to)
    return pages


def _route_of(path: str, routes: dict[str, re.Pattern[str]]) -> str | None:
    for route, expression in routes.items():
        if expression.fullmatch(urlsplit(path).path):
            return route
    return None
