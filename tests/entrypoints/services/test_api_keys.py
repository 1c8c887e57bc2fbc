"""What API keys of users may call: every call with every scope."""

from solebook.entrypoints.services.dispatcher import Call, Dispatcher
from solebook.entrypoints.services.table import TABLE
from solebook.ports.language.api_tokens import KeyScope
from solebook.ports.language.users import OPERATOR, Actor, Role

from ...exchange import Exchange

SCOPES = """
read   UserService.GetProfile UserService.GetAddresses
read   ProductService.GetProduct ProductService.ListProducts ProductService.CheckStock
read   BiddingService.GetMyBids BiddingService.GetMyAsks
read   BiddingService.GetMarketData BiddingService.GetOrderBook
read   OrderService.GetOrder NotificationService.GetNotifications
read   SearchService.Search SearchService.Autocomplete SearchService.GetFacets
read   AuthenticationService.GetAuthTasks
read   AnalyticsService.GetCandles AnalyticsService.GetStatistics AnalyticsService.GetSales
trade  BiddingService.PlaceBid BiddingService.CancelBid
trade  BiddingService.PlaceAsk BiddingService.CancelAsk
trade  OrderService.UpdateOrderStatus OrderService.CancelOrder
trade  AuthenticationService.CompleteAuth
admin  ProductService.CreateProduct
-      UserService.Register UserService.Login UserService.UpdateProfile UserService.AddAddress
-      ProductService.ReserveStock ProductService.ReleaseStock OrderService.CreateOrder
-      PaymentService.ProcessPayment PaymentService.CreatePayout PaymentService.RefundPayment
-      PaymentService.HandleWebhook AuthenticationService.CreateAuthTask
"""
"""The scope that each call needs; no key may make those with `-`."""


async def test_a_key_may_make_the_calls_of_its_scope_and_no_others(exchange: Exchange) -> None:
    """A key of somebody with every role, so that nothing but its scope is in the way."""
    expected = {
        name: scope
        for scope, *names in map(str.split, SCOPES.strip().splitlines())
        for name in names
    }
    person = await exchange.person()
    users, roles = exchange.app.users, frozenset(Role)
    await users.set_roles(OPERATOR, person.user_id, roles=roles)
    owner = Actor(person.user_id, roles)
    keys = {
        scope: (await users.create_api_key(owner, name="my bot", scopes=[scope])).token
        for scope in KeyScope
    }
    dispatch = Dispatcher(exchange.app)
    found = {}
    for rpc in TABLE:
        allowed = []
        for scope in KeyScope:
            answer = await dispatch(rpc, b"{}", Call(token=keys[scope]))
            if f"may call {rpc.name}".encode() not in answer.body:
                allowed.append(scope)
        found[rpc.name] = "".join(allowed) or "-"
    assert found == expected


async def test_a_key_acts_for_its_owner_and_wrong_ones_are_limited(exchange: Exchange) -> None:
    owner, other = await exchange.person(), await exchange.person()
    users = exchange.app.users
    key = (await users.create_api_key(owner, name="my bot", scopes=[KeyScope.READ])).token
    dispatch, [rpc] = Dispatcher(exchange.app), [r for r in TABLE if r.method == "GetProfile"]
    answer = await dispatch(rpc, b"{}", Call(token=key))
    assert (answer.status, str(owner.user_id).encode() in answer.body) == (200, True)
    refused = await dispatch(rpc, b"{}", Call(token=key, acting_for=str(other.user_id)))
    assert refused.status == 403
    wrong = [(await dispatch(rpc, b"{}", Call(token=key[:-1]))).status for _ in range(11)]
    assert wrong == [401] * 10 + [429]
    assert (await dispatch(rpc, b"{}", Call(token=key))).status == 200
