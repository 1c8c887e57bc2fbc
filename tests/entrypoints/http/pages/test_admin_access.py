"""Who may see which page of admins: every one by everybody."""

import pytest
from litestar.routes import HTTPRoute

from solebook.ports.language.users import Role

from ..world import World, is_page
from .browser import Browser

PAGES = """
GET  /admin                                 200
GET  /admin/orders                          200
GET  /admin/orders/{id}                     404
POST /admin/orders/{id}/refund              409
GET  /admin/users                           200
GET  /admin/users/{id}                      404
POST /admin/users/{id}/roles                409
GET  /admin/users/{id}/quotes               404
POST /admin/users/{id}/quotes/bid/{id}/withdrawal 409
GET  /admin/audit                           200
GET  /admin/products                        200
GET  /admin/products/import                 200
POST /admin/products/import                 409
GET  /admin/products/new                    200
POST /admin/products/new                    409
GET  /admin/products/{id}                   200
POST /admin/products/{id}/details           409
POST /admin/products/{id}/halt              409
GET  /admin/halts                           200
POST /admin/halts/{id}/end                  409
GET  /admin/disputes                        200
GET  /admin/disputes/{id}                   404
POST /admin/disputes/{id}/evidence          409
POST /admin/disputes/{id}/acceptance        409
GET  /admin/suspense                        200
POST /admin/suspense/write-off              409
GET  /admin/solvency                        200
GET  /admin/alarms                          200
POST /admin/alarms/{id}/resolution          409
POST /admin/dead-letters/replay             409
GET  /admin/dead-letters                    200
POST /admin/dead-letters/{id}/replay        409
GET  /admin/webhooks                        200
POST /admin/webhooks/{id}/disablement       409
"""
"""What an admin gets. Forms are sent without the field that other sites cannot know."""

ROWS = [line.split() for line in PAGES.strip().splitlines()]


def test_the_table_has_every_page(market: World) -> None:
    found = sorted(
        (method, len(route.path_format.split("/")), route.path_format.split("{")[0])
        for route in market.app.routes
        if isinstance(route, HTTPRoute) and is_page(route) and route.path.startswith("/admin")
        for method in route.methods
        if method != "OPTIONS"
    )
    told = sorted((method, len(path.split("/")), path.split("{")[0]) for method, path, _ in ROWS)
    assert told == found


@pytest.mark.parametrize(("method", "path", "expected"), ROWS)
async def test_only_admins_get_in(
    market: World, browser: Browser, method: str, path: str, expected: str
) -> None:
    where = path.format(id=market.product_id)
    nobody = await browser.status(method, where)
    await market.person("ann", Role.AUTHENTICATOR)
    await browser.signs_in("ann@example.com")
    other = await browser.status(method, where)
    await browser.signs_in("admin@example.com")
    admin = await browser.status(method, where)

    assert (nobody, other, str(admin)) == (303 if method == "GET" else 401, 403, expected)
