"""What the vault of cards makes and reads at Stripe."""

import pytest
import stripe

from solebook.adapters.stripe.card_vault import StripeCardVault
from solebook.ports.language.cards import CardHolder
from solebook.ports.language.ids import UserId

from ...ports.payment_provider.stripe_rig import StripeRig


@pytest.fixture
def vault(rig: StripeRig) -> StripeCardVault:
    return StripeCardVault(rig.provider.calls)


@pytest.fixture
def holder(rig: StripeRig) -> CardHolder:
    return CardHolder(UserId(rig.ids.new()), "buyer@example.com")


async def test_customer_who_was_deleted_in_the_dashboard_gets_another_one(
    rig: StripeRig, vault: StripeCardVault, holder: CardHolder
) -> None:
    customers = rig.double.state.of("customer")
    for deleted in range(3):
        saved = await vault.save(key=f"save-{deleted}", holder=holder, token="pm_card_visa")
        assert len(customers) == deleted + 1
        assert saved.details.last4 == "4242"
        await vault.begin(key=f"begin-{deleted}", holder=holder)
        (living,) = (each for each in customers.values() if not each.get("deleted"))
        answer = await rig.double.perform("DELETE", f"/v1/customers/{living['id']}", {})
        assert answer.status == 200


async def test_only_cards_are_set_up(
    rig: StripeRig, vault: StripeCardVault, holder: CardHolder
) -> None:
    await vault.begin(key="begin", holder=holder)
    await vault.save(key="save", holder=holder, token="pm_card_visa")
    allowed = [
        each["allowed_payment_method_types"]
        for each in rig.double.state.of("setup_intent").values()
    ]
    assert allowed == [["card"], ["card"]]


async def test_setups_of_long_ago_are_not_read_again(
    rig: StripeRig,
    vault: StripeCardVault,
    holder: CardHolder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    saved = await vault.save(key="save", holder=holder, token="pm_card_visa")
    customer = next(iter(rig.double.state.of("customer")))
    for _ in range(105):
        await rig.double.perform("POST", "/v1/setup_intents", {"customer": customer})
    read: list[int] = []
    page_of = stripe.SetupIntentService.list_async

    async def counted(*arguments: object) -> object:
        page = await page_of(*arguments)  # type: ignore[arg-type]  # as they came
        read.append(len(page.data))
        return page

    monkeypatch.setattr(stripe.SetupIntentService, "list_async", counted)
    assert await vault.save(key="save-again", holder=holder, token=saved.token) == saved
    assert read == [100, 1]
    await vault.begin(key="begin", holder=holder)
    assert read == [100, 1, 100]
