"""Opening an account has one effect, whatever was lost, and the words of what Stripe requires."""

import asyncio
from datetime import timedelta

import pytest

from solebook.adapters.stripe.requirement_words import words_of
from solebook.adapters.stripe.seller_accounts import StripeSellerAccounts
from solebook.ports.language.errors import InvalidText, Unavailable
from solebook.ports.language.ids import UserId

from ...ports.payment_provider.stripe_rig import REFRESH, RETURN, StripeRig, stripe_calls

HASTE = timedelta(seconds=1)
OPENING, LINKS = "/v1/accounts", "/v1/account_links"


async def opened(
    rig: StripeRig, user_id: UserId, accounts: StripeSellerAccounts | None = None
) -> str:
    return await (accounts or rig.seller_accounts).open(
        user_id=user_id, email="seller@example.com", country=None, since=rig.since
    )


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", ["timeout", "reset", "server_error"])
async def test_a_lost_call_has_one_effect_when_it_is_repeated(
    rig: StripeRig, when: str, fault: str
) -> None:
    user_id, before = UserId(rig.ids.new()), len(rig.double.state.of("account"))
    rig.fail(fault, when, OPENING, times=3)  # as often as the client tries
    async with stripe_calls(rig.url, limit=HASTE) as hasty:
        with pytest.raises(Unavailable):
            await opened(rig, user_id, StripeSellerAccounts(hasty, RETURN, REFRESH))
    rig.double.faults.clear()
    first = await opened(rig, user_id)
    assert await opened(rig, user_id) == first
    assert len(rig.double.state.of("account")) == before + 1


async def test_an_account_is_not_opened_again_when_stripe_has_forgotten_the_key(
    rig: StripeRig,
) -> None:
    user_id, before = UserId(rig.ids.new()), len(rig.double.state.of("account"))
    rig.fail("server_error", "after", OPENING)
    with pytest.raises(Unavailable):
        await opened(rig, user_id)
    await rig.double.perform("POST", "/_double/clock", {"advance": str(2 * 86_400)})
    await opened(rig, user_id)
    assert len(rig.double.state.of("account")) == before + 1


async def test_of_several_requests_at_once_all_get_one_account(rig: StripeRig) -> None:
    user_id = UserId(rig.ids.new())
    assert len(set(await asyncio.gather(*(opened(rig, user_id) for _ in range(5))))) == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_state_or_a_link_that_is_lost_is_asked_for_again(
    rig: StripeRig, method: str, when: str
) -> None:
    account = await opened(rig, UserId(rig.ids.new()))
    path = LINKS if method == "POST" else f"{OPENING}/{account}"
    rig.fail("timeout", when, path, times=3, method=method)
    async with stripe_calls(rig.url, limit=HASTE) as hasty:
        accounts = StripeSellerAccounts(hasty, RETURN, REFRESH)
        with pytest.raises(Unavailable):
            await (accounts.onboarding(account) if method == "POST" else accounts.find(account))
    rig.double.faults.clear()
    assert await rig.seller_accounts.find(account) is not None
    assert (await rig.seller_accounts.onboarding(account)).expires_at is not None


async def test_a_country_without_sellers_is_refused(rig: StripeRig) -> None:
    with pytest.raises(InvalidText, match="country"):
        await rig.seller_accounts.open(
            user_id=UserId(rig.ids.new()), email="a@example.com", country="USA", since=rig.since
        )


@pytest.mark.parametrize(
    ("requirement", "words"),
    [
        ("individual.verification.document", "individual: verification, document that proves it"),
        ("individual.dob.day", "individual: date of birth"),
        ("external_account", "a bank account"),
        ("person_1a2b.first_name", "a person of the company: first name"),
        ("company.tax_id", "company: tax id"),
        ("something_new", "something new"),
    ],
)
def test_requirements_are_told_in_words(requirement: str, words: str) -> None:
    assert words_of(requirement) == words
