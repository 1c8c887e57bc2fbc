"""Nothing is written for a closed account, by whatever token or request is left of it."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import fields
from uuid import UUID

import pytest

from solebook.adapters.embedded import tokens
from solebook.adapters.memory.revoked_sessions import MemoryRevokedSessions
from solebook.composition.card_pages import CardPages
from solebook.ports.language.api_tokens import KeyScope
from solebook.ports.language.errors import AccountClosed, AccountNeeded, InvalidToken, Unavailable
from solebook.ports.language.ids import AddressId, PaymentMethodId, SessionId
from solebook.ports.language.users import OPERATOR, Actor

from ...exchange import Exchange

PASSWORD = "correct horse"
NO_ID = UUID(int=1)

Write = Callable[[Exchange, Actor], Awaitable[object]]

WRITES: dict[str, Write] = {
    "add_address": lambda exchange, who: exchange.app.users.add_address(
        who, street="1 Test Street", city="X", region="OR", postal_code="97201", country="US"
    ),
    "remove_address": lambda exchange, who: exchange.app.users.remove_address(
        who, AddressId(NO_ID)
    ),
    "edit_profile": lambda exchange, who: exchange.app.users.edit_profile(who, first_name="New"),
    "create_api_key": lambda exchange, who: exchange.app.users.create_api_key(
        who, name="bot", scopes=[KeyScope.READ]
    ),
    "set_payout_account": lambda exchange, who: exchange.app.users.set_payout_account(
        who, account="acct_new"
    ),
    "open_account": lambda exchange, who: exchange.app.sellers.open_account(who, country="US"),
    "set_payment_method": lambda exchange, who: exchange.app.users.set_payment_method(
        who, token=tokens.CARD
    ),
    "begin_card_setup": lambda exchange, who: exchange.app.users.begin_card_setup(who),
    "choose_payment_method": lambda exchange, who: exchange.app.users.choose_payment_method(
        who, PaymentMethodId(NO_ID)
    ),
    "remove_payment_method": lambda exchange, who: exchange.app.users.remove_payment_method(
        who, PaymentMethodId(NO_ID)
    ),
    "change_password": lambda exchange, who: exchange.app.users.change_password(
        who, SessionId(NO_ID), old=PASSWORD, new="another password"
    ),
    "change_email": lambda exchange, who: exchange.app.users.change_email(
        who, email="new@example.com", password=PASSWORD
    ),
    "request_email_proof": lambda exchange, who: exchange.app.users.request_email_proof(who),
    "request_phone_proof": lambda exchange, who: exchange.app.users.request_phone_proof(who),
    "prove_phone": lambda exchange, who: exchange.app.users.prove_phone(who, "123456"),
    "set_notification_preferences": lambda exchange, who: (
        exchange.app.notifications.set_notification_preferences(
            who, phone="+15550100", devices=(), channels={}
        )
    ),
    "add_push_subscription": lambda exchange, who: exchange.app.notifications.add_push_subscription(
        who,
        endpoint="https://push.example/x",
        p256dh="BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        auth="BTBZMqHH6r4Tts7J_aSIgg",
    ),
    "watch_price": lambda exchange, who: exchange.app.price_alerts.watch_price(
        who, product_id=exchange.product.id, size="9", price=9_000
    ),
    "create_endpoint": lambda exchange, who: exchange.app.outgoing_webhooks.create_endpoint(
        who, url="https://hooks.example.com/x", kinds=["match.created"]
    ),
}
"""What writes for the actor themselves."""

OTHERS = {
    "change_endpoint",
    "disable_endpoint",
    "end_sessions",
    "issue_api_token",
    "mark_notification",
    "remove_endpoint",
    "remove_push_subscription",
    "revoke_api_key",
    "revoke_api_token",
    "rotate_secret",
    "send_test",
    "set_roles",
    "set_suspension",
    "unwatch_price",
}
"""What staff do, and what only ends something or needs what the closing has ended."""


def test_of_each_use_case_it_is_decided_whether_a_closed_account_may(exchange: Exchange) -> None:
    app, found = exchange.app, set()
    for context in (
        app.users,
        app.sellers,
        app.notifications,
        app.price_alerts,
        app.outgoing_webhooks,
    ):
        for each in fields(context):
            case = getattr(context, each.name)
            call = inspect.signature(type(case).__call__).parameters
            if "actor" in call and hasattr(case, "transaction"):
                found.add(each.name)
    # What begins a setup needs no transaction: it writes at the provider.
    assert found | {"begin_card_setup"} == WRITES.keys() | OTHERS


@pytest.mark.parametrize("name", WRITES)
async def test_nothing_is_written_for_a_closed_account(exchange: Exchange, name: str) -> None:
    who = await exchange.person()
    await exchange.app.closing.close_account(who, password=PASSWORD)
    before = await exchange.store.users.get(who.user_id)
    with pytest.raises(AccountClosed):
        await WRITES[name](exchange, who)
    assert await exchange.store.users.get(who.user_id) == before


async def test_a_card_that_is_confirmed_after_the_closing_leaves_the_provider(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = await exchange.person()
    detached = []
    vault = exchange.app.users.detach_card.card_vault

    async def detach(_: object, token: str) -> None:
        detached.append(token)

    monkeypatch.setattr(type(vault), "detach", detach)
    setup = await exchange.app.users.begin_card_setup(who)
    await exchange.app.closing.close_account(who, password=PASSWORD)
    await CardPages(exchange.app).confirm(setup.id, tokens.CARD)
    await exchange.workers.settle()
    found = await vault.find_setup(setup.id)
    assert found is not None
    assert found.card is not None
    assert await exchange.store.payment_methods.of(who.user_id) == []
    assert detached == [found.card.token]
    with pytest.raises(AccountClosed):
        await exchange.app.users.view_card_setup(who, setup.id)


async def test_a_repetition_forbids_the_tokens_that_the_first_try_could_not(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, who = exchange.app, await exchange.person()
    email = (await exchange.store.users.get(who.user_id)).email
    signed_in = await app.users.sign_in(email=email, password=PASSWORD)

    async def fail(*_: object) -> None:
        raise Unavailable(what="the list")

    with monkeypatch.context() as patched:
        patched.setattr(MemoryRevokedSessions, "add", fail)
        with pytest.raises(Unavailable):
            await app.closing.close_account(who, password=PASSWORD)
    await app.users.authenticate_request(signed_in.access_token)
    await app.closing.close_account(who, password=PASSWORD)
    with pytest.raises(InvalidToken):
        await app.users.authenticate_request(signed_in.access_token)


async def test_whom_staff_suspended_cannot_close_their_account_but_staff_can(
    exchange: Exchange,
) -> None:
    app, who = exchange.app, await exchange.person()
    await app.users.set_suspension(OPERATOR, who.user_id, suspended=True, reason="fraud")
    with pytest.raises(AccountNeeded) as refused:
        await app.closing.close_account(who, password=PASSWORD)
    assert refused.value.because == ("suspended",)
    assert "only our staff may close it" in str(refused.value)
    assert (await exchange.store.users.get(who.user_id)).closed_at is None
    assert await app.closing.close_account.for_user(OPERATOR, who.user_id, reason="by a letter")
