"""Who may see which page: every page by everybody."""

import pytest
from litestar.routes import HTTPRoute

from ..world import World, is_page
from .browser import Browser

ACCESS = """
page                              nobody user
GET  /                               200  200
GET  /products/{product_id}          200  200
GET  /sign-in                        200  200
POST /sign-in                        409  409
POST /sign-out                       401  409
GET  /register                       200  200
POST /register                       409  409
GET  /forgotten-password             200  200
POST /forgotten-password             409  409
GET  /account                        303  200
POST /account/profile                401  409
POST /account/email-proof            401  409
POST /account/new-email              401  409
GET  /account/cards                  303  200
POST /account/cards                  401  409
POST /account/cards/{payment_method_id}/{act} 401 409
GET  /embedded-provider/cards/{setup_id} 303 404
POST /embedded-provider/cards/{setup_id} 401 409
POST /embedded-provider/cards/{setup_id}/authentication 401 409
GET  /account/payout-account         303  200
POST /account/payout-account/onboarding 401 409
POST /account/payout-account/dashboard 401 409
GET  /embedded-provider/accounts/{account} 303 404
POST /embedded-provider/accounts/{account} 401 409
GET  /account/security               303  200
POST /account/security/password      401  409
POST /account/security/sessions/{session_id}/end 401 409
POST /account/security/other-sessions/end 401 409
GET  /account/api-keys               303  200
POST /account/api-keys               401  409
POST /account/api-keys/{key_id}/revocation 401 409
GET  /account/notifications          303  200
POST /account/notifications          401  409
POST /account/notifications/phone    401  409
POST /account/notifications/phone-code 401 409
POST /account/notifications/phone-proof 401 409
GET  /account/data                   303  200
GET  /account/data/export            303  200
POST /account/data/closing           401  409
GET  /account/closed                 200  200
GET  /account/addresses              303  200
POST /account/addresses              401  409
POST /account/addresses/{address_id}/removal 401 409
GET  /products/{product_id}/trade    303  200
POST /products/{product_id}/trade    401  409
GET  /quotes/{side}                  303  200
GET  /quotes/{side}/{quote_id}       303  404
POST /quotes/{side}/{quote_id}/cancellation 401 409
POST /quotes/{side}/{quote_id}/change 401 409
GET  /orders                         303  200
GET  /orders/{order_id}              303  404
POST /orders/{order_id}/{act}        401  409
GET  /orders/{order_id}/packing-slip 303  404
GET  /inbox                          303  200
POST /inbox/{notification_id}/{mark} 401  409
GET  /alerts                         303  200
POST /products/{product_id}/alerts   401  409
POST /alerts/{alert_id}/removal      401  409
GET  /payouts                        303  200
GET  /warehouse                      303  403
POST /warehouse                      401  409
GET  /warehouse/{order_id}           303  403
POST /warehouse/{order_id}/{act}     401  409
POST /warehouse/{order_id}/review    401  409
GET  /portfolio                      303  200
GET  /warehouse/{order_id}/photos/{photo_id} 303 403
GET  /static/{version}/{name}        404  404
"""
"""The statuses. Forms are sent without the field that other sites cannot know."""

ROWS = [line.split() for line in ACCESS.strip().splitlines()[1:]]
EXPECTED = {(method, path): statuses for method, path, *statuses in ROWS}


def test_the_table_has_every_page(market: World) -> None:
    found = {
        (method, route.path_format)
        for route in market.app.routes
        if isinstance(route, HTTPRoute) and is_page(route)
        if not route.path.startswith("/admin")  # see test_admin_access
        for method in route.methods
        if method != "OPTIONS"
    }
    assert set(EXPECTED) == found


@pytest.mark.parametrize(("method", "path"), EXPECTED)
async def test_everybody_gets_what_the_table_says(
    market: World, browser: Browser, method: str, path: str
) -> None:
    places = {"product_id": market.product_id, "version": "0", "name": "nothing"}
    places |= {
        "order_id": market.product_id,
        "act": "shipment",
        "side": "bid",
        "quote_id": market.product_id,
        "photo_id": market.product_id,
        "notification_id": market.product_id,
        "mark": "read",
        "alert_id": market.product_id,
        "payment_method_id": market.product_id,
        "setup_id": "seti_unknown",
        "account": "acct_unknown",
        "session_id": market.product_id,
        "key_id": market.product_id,
        "address_id": market.product_id,
    }
    where = path.format(**places) + ("?size=9" if path.endswith("/trade") else "")
    found = [await browser.status(method, where)]
    await market.person("ann")
    await browser.signs_in("ann@example.com")
    found.append(await browser.status(method, where))

    assert [str(status) for status in found] == EXPECTED[method, path]
