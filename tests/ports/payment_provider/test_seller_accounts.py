"""The contract of SellerAccounts."""

import pytest

from solebook.ports.language.errors import PayoutAccountUnusable, PayoutDeclined
from solebook.ports.language.ids import UserId
from solebook.ports.language.payments import WebhookKind

from .rig import Rig


async def opened(rig: Rig, user_id: UserId | None = None) -> str:
    return await rig.seller_accounts.open(
        user_id=user_id or UserId(rig.ids.new()),
        email="seller@example.com",
        country="US",
        since=rig.since,
    )


async def test_an_account_is_opened_once_per_user(rig: Rig) -> None:
    user_id = UserId(rig.ids.new())
    first = await opened(rig, user_id)
    assert await opened(rig, user_id) == first
    assert await opened(rig) != first
    found = await rig.seller_accounts.find(first)
    assert found is not None
    assert (found.id, found.owner_id) == (first, user_id)


async def test_a_new_account_cannot_be_paid_until_it_is_complete(rig: Rig) -> None:
    account = await opened(rig)
    found = await rig.seller_accounts.find(account)
    assert found is not None
    assert not found.can_receive
    assert not found.can_withdraw
    assert found.problem == "requirements.past_due"
    assert "individual: first name" in found.due
    with pytest.raises(PayoutDeclined):
        await pay(rig, account)

    await rig.complete(account)

    found = await rig.seller_accounts.find(account)
    assert found is not None
    assert (found.can_receive, found.can_withdraw, found.problem) == (True, True, None)
    assert found.requirements == ()
    await pay(rig, account)


async def test_a_restricted_account_tells_what_it_wants(rig: Rig) -> None:
    account = await opened(rig)
    await rig.complete(account)
    await rig.restrict(account)
    found = await rig.seller_accounts.find(account)
    assert found is not None
    assert not found.can_receive
    assert found.problem == "requirements.past_due"
    [wanted] = [each for each in found.requirements if each.is_due]
    assert wanted.name == "individual.verification.document"
    with pytest.raises(PayoutDeclined):
        await pay(rig, account)


async def test_a_change_is_reported_by_the_accounts_id(rig: Rig) -> None:
    account = await opened(rig)
    before = len(await rig.webhooks())
    await rig.complete(account)
    await rig.restrict(account)
    told = [rig.provider.parse_webhook(body, rig.sign(body)) for body in await rig.webhooks()]
    changed = (WebhookKind.SELLER_ACCOUNT_CHANGED, account)
    assert [(each.kind, each.reference) for each in told[before:]] == [changed, changed]
    assert len({each.id for each in told}) == len(told)


async def test_an_account_that_the_exchange_does_not_have_is_not_found(rig: Rig) -> None:
    for unknown in ("visa", "pm_card_visa", "acct/../x", *rig.unknown_accounts):
        assert await rig.seller_accounts.find(unknown) is None
    known = await rig.seller_accounts.find(rig.account)
    closed = await rig.seller_accounts.find(rig.closed_account)
    assert known is not None
    assert closed is not None
    assert (known.can_receive, closed.can_receive) == (True, False)


async def test_a_seller_gets_a_new_link_each_time(rig: Rig) -> None:
    account = await opened(rig)
    link = await rig.seller_accounts.onboarding(account)
    assert link.url.startswith("http")
    assert link.url not in repr(link)
    await rig.complete(account)
    assert (await rig.seller_accounts.dashboard(account)).url.startswith("http")


async def test_an_account_without_pages_has_no_links(rig: Rig) -> None:
    for account in ("acct_unknown", "nonsense"):
        with pytest.raises(PayoutAccountUnusable):
            await rig.seller_accounts.onboarding(account)
        with pytest.raises(PayoutAccountUnusable):
            await rig.seller_accounts.dashboard(account)


async def pay(rig: Rig, account: str) -> None:
    order_id = rig.order_id()
    await rig.charged(20_000, order_id)
    await rig.provider.pay_out(key=rig.key(), order_id=order_id, account=account, amount=18_000)
