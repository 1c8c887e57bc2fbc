"""Who may call which route: every route by everybody."""

import re
from typing import Any
from uuid import uuid4

import pytest
from litestar.routes import HTTPRoute

from solebook.ports.language.api_tokens import KeyScope
from solebook.ports.language.users import Role

from ...served import ADDRESS, PASSWORD
from .security_headers import missing_headers
from .test_api_keys import key_of
from .world import BROWSER, PARCEL, PASS, PRODUCT, World, is_page, open_market

ACCESS = """
route                                               nobody buyer seller other authenticator admin key
POST   /v1/users                                       202   202    202   202           202   202 any
POST   /v1/users/me/email-proof                        401   202    202   202           202   202 -
POST   /v1/users/me/phone-proof                        401   409    409   409           409   409 -
POST   /v1/users/me/phone-proof/completion             401   410    410   410           410   410 -
POST   /v1/email-proofs                                410   410    410   410           410   410 any
POST   /v1/password-resets                             202   202    202   202           202   202 any
POST   /v1/password-resets/completion                  410   410    410   410           410   410 any
PUT    /v1/users/me/email                              401   401    401   401           401   401 -
GET    /account/password                               200   200    200   200           200   200 any
POST   /account/password                               410   410    410   410           410   410 any
GET    /account/unsubscribe                            200   200    200   200           200   200 any
POST   /account/unsubscribe                            410   410    410   410           410   410 any
GET    /account/letters                                410   410    410   410           410   410 any
POST   /account/letters                                410   410    410   410           410   410 any
GET    /account/email                                  200   200    200   200           200   200 any
POST   /account/email                                  410   410    410   410           410   410 any
POST   /v1/sessions                                    201   201    201   201           201   201 any
POST   /v1/sessions/refresh                            401   401    401   401           401   401 any
GET    /v1/users/me                                    401   200    200   200           200   200 read
GET    /v1/users/me/sessions                           401   200    200   200           200   200 -
DELETE /v1/users/me/sessions/{session_id}              401   404    404   404           404   404 -
PUT    /v1/users/me/password                           401   401    401   401           401   401 -
DELETE /v1/users/me                                    401   401    401   401           401   401 -
GET    /v1/users/me/export                             401   200    200   200           200   200 -
PATCH  /v1/users/me                                    401   200    200   200           200   200 -
GET    /v1/users/me/balance                            401   200    200   200           200   200 read
GET    /v1/users/me/portfolio                          401   200    200   200           200   200 read
GET    /v1/users/me/addresses                          401   200    200   200           200   200 read
POST   /v1/users/me/addresses                          401   201    201   201           201   201 -
DELETE /v1/users/me/addresses/{address_id}             401   204    404   404           404   404 -
GET    /v1/users/me/api-keys                           401   200    200   200           200   200 -
POST   /v1/users/me/api-keys                           401   201    201   201           201   201 -
DELETE /v1/users/me/api-keys/{key_id}                  401   204    404   404           404   404 -
GET    /v1/users/me/push-subscriptions                 401   200    200   200           200   200 read
POST   /v1/users/me/push-subscriptions                 401   201    201   201           201   201 -
DELETE /v1/users/me/push-subscriptions/{subscription_id} 401 204    404   404           404   404 -
PUT    /v1/users/{user_id}/suspension                  401   403    403   403           403   200 admin
PUT    /v1/users/{user_id}/roles                       401   403    403   403           403   200 -
GET    /v1/products                                    200   200    200   200           200   200 any
POST   /v1/products                                    401   403    403   403           403   201 admin
GET    /v1/products/{product_id}                       200   200    200   200           200   200 any
PATCH  /v1/products/{product_id}                       401   403    403   403           403   200 admin
GET    /v1/products/{product_id}/stock                 200   200    200   200           200   200 any
GET    /v1/products/{product_id}/market                200   200    200   200           200   200 read
GET    /v1/products/{product_id}/book                  200   200    200   200           200   200 any
GET    /v1/products/{product_id}/sales                 200   200    200   200           200   200 any
GET    /v1/products/{product_id}/candles               200   200    200   200           200   200 any
GET    /v1/products/{product_id}/statistics            200   200    200   200           200   200 any
GET    /v1/search                                      200   200    200   200           200   200 any
GET    /v1/search/autocomplete                         200   200    200   200           200   200 any
GET    /v1/rules                                       200   200    200   200           200   200 any
GET    /v1/search/facets                               200   200    200   200           200   200 any
GET    /v1/bids                                        401   200    200   200           200   200 read
POST   /v1/bids                                        401   201    409   409           409   409 trade
GET    /v1/bids/{bid_id}                               401   200    404   404           404   404 read
PATCH  /v1/bids/{bid_id}                               401   200    404   404           404   404 trade
DELETE /v1/bids/{bid_id}                               401   200    404   404           404   404 trade
GET    /v1/asks                                        401   200    200   200           200   200 read
POST   /v1/asks                                        401   409    201   409           409   409 trade
GET    /v1/asks/{ask_id}                               401   404    200   404           404   404 read
PATCH  /v1/asks/{ask_id}                               401   404    200   404           404   404 trade
DELETE /v1/asks/{ask_id}                               401   404    200   404           404   404 trade
GET    /v1/price-alerts                                401   200    200   200           200   200 read
POST   /v1/price-alerts                                401   201    201   201           201   201 trade
DELETE /v1/price-alerts/{alert_id}                     401   204    404   404           404   404 trade
GET    /v1/orders                                      401   200    200   200           200   200 read
GET    /v1/orders/{order_id}                           401   200    200   404           200   200 read
GET    /v1/orders/{order_id}/history                   401   200    200   404           200   200 read
POST   /v1/orders/{order_id}/shipment-extension        401   403    200   404           403   403 trade
POST   /v1/orders/{order_id}/shipment                  401   403    200   404           403   403 trade
POST   /v1/orders/{order_id}/receipt                   401   403    403   403           200   403 trade
GET    /v1/authentication/tasks                        401   403    403   403           200   200 read
GET    /v1/authentication/tasks/{task_id}              401   403    403   403           200   200 read
POST   /v1/authentication/tasks/{task_id}/claim        401   403    403   403           200   403 trade
GET    /v1/authentication/tasks/{task_id}/photos       401   403    403   403           200   200 read
POST   /v1/authentication/tasks/{task_id}/photos       401   403    403   403           415   403 trade
GET    /v1/authentication/tasks/{task_id}/photos/{photo_id} 401 403 403   403           404   404 read
DELETE /v1/authentication/tasks/{task_id}/photos/{photo_id} 401 403 403   403           204   403 trade
POST   /v1/authentication/tasks/{task_id}/verdict      401   403    403   403           200   403 trade
POST   /v1/orders/{order_id}/dispatch                  401   403    403   403           200   403 trade
POST   /v1/orders/{order_id}/delivery                  401   200    403   404           403   409 trade
POST   /v1/orders/{order_id}/cancellation              401   403    409   404           403   409 trade
POST   /v1/orders/{order_id}/complaint                 401   200    403   404           403   403 trade
POST   /v1/admin/orders/{order_id}/complaint-decision  401   403    403   403           403   200 admin
POST   /v1/admin/orders/{order_id}/payout-freeze       401   403    403   403           403   200 admin
POST   /v1/admin/orders/{order_id}/payout-release      401   403    403   403           403   200 admin
POST   /v1/admin/orders/{order_id}/carrier-receipt     401   403    403   403           403   409 admin
POST   /v1/admin/orders/{order_id}/payout              401   403    403   403           403   409 admin
POST   /v1/admin/orders/{order_id}/refund              401   403    403   403           403   200 admin
POST   /v1/admin/users/{user_id}/debt-write-off        401   403    403   403           403   409 admin
POST   /v1/admin/orders/{order_id}/shortfall           401   403    403   403           403   409 admin
POST   /v1/admin/suspense-write-off                    401   403    403   403           403   409 admin
GET    /v1/admin/frozen-orders                         401   403    403   403           403   200 admin
GET    /v1/admin/suspense                              401   403    403   403           403   200 admin
GET    /v1/admin/disputes                              401   403    403   403           403   200 admin
GET    /v1/admin/disputes/{dispute_id}                 401   403    403   403           403   404 admin
POST   /v1/admin/disputes/{dispute_id}/evidence        401   403    403   403           403   404 admin
POST   /v1/admin/disputes/{dispute_id}/acceptance      401   403    403   403           403   404 admin
GET    /v1/admin/users                                 401   403    403   403           403   200 admin
GET    /v1/admin/users/{user_id}                       401   403    403   403           403   200 admin
GET    /v1/admin/users/{user_id}/quotes                401   403    403   403           403   200 admin
POST   /v1/admin/users/{user_id}/declines/forgiveness  401   403    403   403           403   200 admin
POST   /v1/admin/quotes/{quote_id}/withdrawal          401   403    403   403           403   409 admin
GET    /v1/admin/halts                                 401   403    403   403           403   200 admin
POST   /v1/admin/halts                                 401   403    403   403           403   404 admin
POST   /v1/admin/halts/{halt_id}/end                   401   403    403   403           403   404 admin
GET    /v1/admin/dead-letters                          401   403    403   403           403   200 admin
POST   /v1/admin/dead-letters/{letter_id}/replay       401   403    403   403           403   404 admin
GET    /v1/admin/audit                                 401   403    403   403           403   200 admin
GET    /v1/admin/alarms                                401   403    403   403           403   200 admin
POST   /v1/admin/alarms/{alarm_id}/resolution          401   403    403   403           403   200 admin
GET    /v1/payouts                                     401   200    200   200           200   200 read
GET    /v1/users/me/notification-preferences           401   200    200   200           200   200 read
PUT    /v1/users/me/notification-preferences           401   200    200   200           200   200 -
GET    /v1/notifications                               401   200    200   200           200   200 read
PATCH  /v1/notifications/{notification_id}             401   200    404   404           404   404 trade
GET    /v1/users/me/payment-methods                    401   200    200   200           200   200 read
POST   /v1/users/me/payment-methods/setup              401   201    201   201           201   201 -
GET    /v1/users/me/payment-methods/setup/{setup_id}   401   404    404   404           404   404 -
DELETE /v1/users/me/payment-methods/{payment_method_id} 401 409 404 404 404 404 -
POST   /v1/embedded-provider/card-setups/{setup_id}/confirm 404 404 404 404 404 404 any
POST   /v1/embedded-provider/card-setups/{setup_id}/authenticate 404 404 404 404 404 404 any
PUT    /v1/users/me/payment-method                     401   200    200   200           200   200 -
GET    /v1/users/me/payout-account                     401   409    200   409           409   409 read
POST   /v1/users/me/payout-account/onboarding          401   200    409   200           200   200 -
POST   /v1/users/me/payout-account/dashboard           401   200    409   200           200   200 -
PUT    /v1/users/me/payout-account                     401   200    200   200           200   200 -
GET    /v1/orders/{order_id}/payment-receipt           401   200    404   404           404   404 read
GET    /v1/webhooks                                    401   200    200   200           200   200 read
POST   /v1/webhooks                                    401   201    201   201           201   201 -
GET    /v1/webhooks/{endpoint_id}                      401   200    404   404           404   404 read
PUT    /v1/webhooks/{endpoint_id}                      401   200    404   404           404   404 -
POST   /v1/webhooks/{endpoint_id}/secret               401   200    404   404           404   404 -
POST   /v1/webhooks/{endpoint_id}/test                 401   202    404   404           404   404 -
POST   /v1/webhooks/{endpoint_id}/replay               401   202    404   404           404   404 -
GET    /v1/webhooks/{endpoint_id}/log                  401   200    404   404           404   404 read
GET    /v1/webhooks/{endpoint_id}/log/{webhook_id}     401   200    404   404           404   404 read
POST   /v1/webhooks/{endpoint_id}/log/{webhook_id}/replay 401 202 404 404 404 404 -
GET    /v1/admin/webhooks                              401   403    403   403           403   200 admin
POST   /v1/admin/webhooks                              401   403    403   403           403   201 -
POST   /v1/admin/webhooks/{endpoint_id}/disablement    401   403    403   403           403   200 admin
DELETE /v1/webhooks/{endpoint_id}                      401   204    404   404           404   404 -
POST   /v1/webhooks/stripe                             400   400    400   400           400   400 any
POST   /v1/webhooks/sendgrid                           400   400    400   400           400   400 any
POST   /v1/webhooks/twilio                             400   400    400   400           400   400 any
GET    /health/live                                    200   200    200   200           200   200 any
GET    /health/ready                                   200   200    200   200           200   200 any
GET    /schema                                         200   200    200   200           200   200 any
GET    /schema/openapi.json                            200   200    200   200           200   200 any
GET    /schema/{path}                                  404   404    404   404           404   404 any
GET    /schema/console                                 200   200    200   200           200   200 any
GET    /schema/console/{version}/{name}                404   404    404   404           404   404 any
DELETE /v1/users/me/sessions                           401   204    204   204           204   204 -
DELETE /v1/sessions/current                            401   204    204   204           204   204 -
"""  # noqa: E501  # a table
"""The status of each call, made in this order, each route by everybody from left to right.

The last column is the scope that an API key needs: `-` takes no key, and `any` needs no token.
The buyer and the seller are the parties of the order and the owners of the address, bid and ask.
The price alert and the webhook endpoint are the buyer's.
A 409 is somebody who may, but not now.
"""

Row = tuple[str, str]
WHY = {"reason": "as agreed"}
_UNKNOWN = ("letter_id", "halt_id", "session_id", "dispute_id", "photo_id", "version", "name")
_ENDPOINT = {"url": "https://hooks.example.com/", "kinds": ["order.created"]}

_NAMES, *_ROWS = [line.split() for line in ACCESS.strip().splitlines()]
WHO = _NAMES[1:-1]
EXPECTED: dict[Row, dict[str, int]] = {
    (method, path): dict(zip(WHO, map(int, statuses), strict=True))
    for method, path, *statuses, _ in _ROWS
}
KEY: dict[Row, str] = {(method, path): key for method, path, *_, key in _ROWS}


@pytest.fixture
async def places(world: World) -> dict[str, str]:
    """What stands for the parameters of paths."""
    places = {
        **await open_market(world),
        "path": "nothing",
        **{name: str(uuid4()) for name in _UNKNOWN},
    }
    buyer = world.people["buyer"]
    places["quote_id"] = (await world.bid(buyer, 11_000))["bid"]["id"]
    await world.ok("DELETE", f"/v1/bids/{places['quote_id']}", buyer)
    return places


def bodies(world: World) -> dict[Row, Any]:
    """Return what is sent where something has to be."""
    credentials = {"email": "bystander@example.com", "password": PASSWORD}
    return {
        ("POST", "/v1/users"): {**credentials, "first_name": "Test", "last_name": "Again"},
        ("POST", "/v1/email-proofs"): {"token": "forged"},
        ("POST", "/v1/users/me/phone-proof/completion"): {"code": "000000"},
        ("POST", "/v1/password-resets"): {"email": "buyer@example.com"},
        ("POST", "/v1/password-resets/completion"): {"token": "forged", "password": PASSWORD},
        # The password is wrong.
        ("DELETE", "/v1/users/me"): {"password": "guessed"},
        ("PUT", "/v1/users/me/password"): {"old": "guessed", "new": PASSWORD},
        ("PUT", "/v1/users/me/email"): {"email": "new@example.com", "password": "guessed"},
        ("POST", "/v1/sessions"): credentials,
        ("POST", "/v1/sessions/refresh"): {"refresh_token": "none"},
        ("PATCH", "/v1/users/me"): {},
        ("POST", "/v1/users/me/addresses"): ADDRESS,
        ("POST", "/v1/users/me/push-subscriptions"): BROWSER,
        ("POST", "/v1/users/me/api-keys"): {"name": "my bot", "scopes": ["read"]},
        ("PUT", "/v1/users/{user_id}/suspension"): {"suspended": False, **WHY},
        ("PUT", "/v1/users/{user_id}/roles"): {"roles": ["buyer"], **WHY},
        ("POST", "/v1/admin/users/{user_id}/declines/forgiveness"): WHY,
        ("POST", "/v1/admin/quotes/{quote_id}/withdrawal"): WHY,
        ("POST", "/v1/admin/halts"): {"product_id": str(uuid4()), **WHY},
        ("POST", "/v1/admin/halts/{halt_id}/end"): WHY,
        ("POST", "/v1/admin/dead-letters/{letter_id}/replay"): WHY,
        ("POST", "/v1/products"): {**PRODUCT, "style_code": "AB-1"},
        ("PATCH", "/v1/products/{product_id}"): {},
        ("POST", "/v1/bids"): world.quote(10_000),
        ("PATCH", "/v1/bids/{bid_id}"): {"expires_in_days": 2},
        ("POST", "/v1/asks"): world.quote(30_000),
        ("PATCH", "/v1/asks/{ask_id}"): {"expires_in_days": 2},
        ("POST", "/v1/price-alerts"): {**world.book(), "price": 15_000},
        ("POST", "/v1/orders/{order_id}/shipment"): PARCEL,
        ("POST", "/v1/orders/{order_id}/cancellation"): {"reason": "A whim."},
        ("POST", "/v1/authentication/tasks/{task_id}/verdict"): PASS,
        ("POST", "/v1/orders/{order_id}/complaint"): {
            "kind": "not_as_described",
            "reason": "The left shoe is a size 9.",
        },
        ("POST", "/v1/admin/orders/{order_id}/complaint-decision"): {
            "in_favour_of": "seller",
            **WHY,
        },
        ("POST", "/v1/admin/orders/{order_id}/payout-freeze"): {"reason": "as agreed"},
        ("POST", "/v1/admin/orders/{order_id}/payout-release"): {"reason": "as agreed"},
        ("POST", "/v1/admin/orders/{order_id}/carrier-receipt"): {"reason": "as agreed"},
        ("POST", "/v1/admin/orders/{order_id}/payout"): {"reason": "as agreed"},
        ("POST", "/v1/admin/orders/{order_id}/refund"): {**WHY, "borne_by": "exchange"},
        ("POST", "/v1/admin/orders/{order_id}/shortfall"): {**WHY, "borne_by": "exchange"},
        ("POST", "/v1/admin/disputes/{dispute_id}/evidence"): WHY,
        ("POST", "/v1/admin/disputes/{dispute_id}/acceptance"): WHY,
        ("POST", "/v1/admin/suspense-write-off"): {"name": "ch_unknown", "reason": "as agreed"},
        ("POST", "/v1/admin/users/{user_id}/debt-write-off"): {**WHY, "amount": 100},
        ("POST", "/v1/orders/{order_id}/dispatch"): PARCEL,
        ("POST", "/v1/admin/alarms/{alarm_id}/resolution"): {**WHY},
        ("PUT", "/v1/users/me/notification-preferences"): {"phone": "+15550100"},
        ("PATCH", "/v1/notifications/{notification_id}"): {"read": True},
        ("POST", "/v1/embedded-provider/card-setups/{setup_id}/confirm"): {
            "client_secret": "guessed",
            "token": "pm_card_visa",
        },
        ("POST", "/v1/embedded-provider/card-setups/{setup_id}/authenticate"): {
            "client_secret": "guessed",
            "passes": True,
        },
        ("PUT", "/v1/users/me/payment-method"): {"token": "pm_card_visa"},
        ("PUT", "/v1/users/me/payout-account"): {"account": "acct_seller"},
        ("POST", "/v1/users/me/payout-account/onboarding"): {},
        ("POST", "/v1/webhooks"): _ENDPOINT,
        ("PUT", "/v1/webhooks/{endpoint_id}"): {"kinds": ["order.shipped"]},
        ("POST", "/v1/webhooks/{endpoint_id}/replay"): {"since": "2026-03-01T00:00:00Z"},
        ("POST", "/v1/admin/webhooks"): {**_ENDPOINT, **WHY},
        ("POST", "/v1/admin/webhooks/{endpoint_id}/disablement"): WHY,
    }


def routes(world: World) -> set[Row]:
    return {
        (method, route.path_format)
        for route in world.app.routes
        if isinstance(route, HTTPRoute) and not is_page(route)
        for method in route.methods
        if method != "OPTIONS"
    }


async def test_the_table_has_every_route(world: World) -> None:
    assert set(EXPECTED) == routes(world)


async def test_everybody_gets_what_the_table_says_with_the_headers_of_security(
    world: World, places: dict[str, str]
) -> None:
    sent = bodies(world)
    size = {"size": "9"}
    queries = {
        "/v1/products/{product_id}/market": size,
        "/v1/products/{product_id}/book": size,
        "/v1/admin/users": {"email": "buyer@example.com"},
        "/v1/admin/users/{user_id}/quotes": {"side": "bid"},
    }
    found: dict[Row, dict[str, int]] = {}
    for method, path in EXPECTED:
        request: dict[str, Any] = {"params": queries[path]} if path in queries else {}
        if (method, path) in sent:
            request["json"] = sent[method, path]
        elif method == "POST" and path.startswith("/account"):
            request["data"] = {"token": "forged"}
        found[method, path] = {}
        for who in WHO:
            answer = await world.call(
                method, path.format(**places), world.people.get(who), **request
            )
            found[method, path][who] = answer.status_code
            assert not missing_headers(answer), (method, path, who, missing_headers(answer))
        if (method, path) == ("DELETE", "/v1/users/me/sessions"):
            for person in world.people.values():
                await world.sign_in(person)
        await world.workers.settle()
    assert found == EXPECTED


async def test_an_api_key_may_call_what_is_in_its_scope_and_nothing_else(
    world: World, places: dict[str, str]
) -> None:
    """A key of somebody with every role, so that nothing but its scope is in the way."""
    await world.person("everybody", *Role)
    keys = {scope: await key_of(world, world.people["everybody"], scope) for scope in KeyScope}
    found: dict[Row, str] = {}
    for method, path in KEY:
        url = path.format(**places)
        answers = [await world.call(method, url, keys[scope]) for scope in KeyScope]
        allowed = [
            scope
            for scope, answer in zip(KeyScope, answers, strict=True)
            if not (answer.status_code == 403 and f" may call {method} /" in answer.text)
        ]
        assert not any(answer.status_code == 429 for answer in answers)
        found[method, path] = {0: "-", 1: "".join(allowed), 3: "any"}[len(allowed)]
    assert found == KEY


async def test_the_document_has_the_scope_of_each_route(world: World) -> None:
    document = (await world.get("/schema/openapi.json")).json()
    assert document["components"]["securitySchemes"]["api_key"]["scheme"] == "bearer"
    optional = "/v1/products/{product_id}/market"  # its security says that it needs no token
    scopes = {
        (method.upper(), path): scope
        for path, item in document["paths"].items()
        for method, operation in item.items()
        for way in operation.get("security", ())
        for scope in way.get("api_key", ())
    }
    assert scopes == {
        row: key for row, key in KEY.items() if key not in ("-", "any") and row[1] != optional
    }


async def test_every_path_tells_its_methods_to_anybody(world: World) -> None:
    for route in world.app.routes:
        if isinstance(route, HTTPRoute) and "OPTIONS" in route.methods:
            answer = await world.call("OPTIONS", re.sub(r"{\w+}", str(uuid4()), route.path_format))
            assert answer.status_code == 204, route.path_format
            head = {"HEAD"} if "GET" in route.methods else set()
            assert set(answer.headers["allow"].split(", ")) == {*route.methods, *head}


async def test_another_users_objects_are_no_different_from_none(
    world: World, places: dict[str, str]
) -> None:
    other, sent = world.people["other"], bodies(world)
    for method, path in (
        ("GET", "/v1/bids/{bid_id}"),
        ("DELETE", "/v1/asks/{ask_id}"),
        ("GET", "/v1/orders/{order_id}"),
        ("POST", "/v1/orders/{order_id}/delivery"),
        ("DELETE", "/v1/users/me/addresses/{address_id}"),
        ("DELETE", "/v1/users/me/push-subscriptions/{subscription_id}"),
        ("DELETE", "/v1/price-alerts/{alert_id}"),
        ("GET", "/v1/webhooks/{endpoint_id}"),
        ("PATCH", "/v1/notifications/{notification_id}"),
    ):
        request = {"json": sent[method, path]} if (method, path) in sent else {}
        theirs = (await world.call(method, path.format(**places), other, **request)).json()
        nobodys = path.format(**dict.fromkeys(places, places["user_id"]))
        none = (await world.call(method, nobodys, other, **request)).json()
        theirs_id, none_id = theirs.pop("id"), none.pop("id")
        assert theirs.pop("detail").replace(theirs_id, none_id) == none.pop("detail")
        assert theirs == none
