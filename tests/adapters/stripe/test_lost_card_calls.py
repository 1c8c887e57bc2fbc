"""A call about cards that got no answer has one effect when it is repeated."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from solebook.adapters.stripe.card_vault import StripeCardVault
from solebook.ports.language.cards import CardHolder
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.ids import UserId

from ...ports.payment_provider.stripe_rig import StripeRig, stripe_calls

# What they run is run by other tests too, which coverage watches.
pytestmark = pytest.mark.no_cover

DAY = 86_400
HASTE = timedelta(seconds=1)
Step = Callable[[StripeCardVault], Awaitable[object]]

STEPS = {
    "/v1/customers": "begin",
    "/v1/setup_intents": "begin",
    "/v1/setup_intents ": "save",
    "/v1/checkout/sessions": "page",
    "/v1/payment_methods/*/detach": "detach",
}


async def step_of(rig: StripeRig, kind: str) -> Step:
    """Return a call, with everything that it needs."""
    holder = CardHolder(UserId(rig.ids.new()), "buyer@example.com")
    match kind:
        case "begin":
            return lambda vault: vault.begin(key="setup", holder=holder)
        case "page":
            back = "https://exchange.example.com/account/cards"
            return lambda vault: vault.begin_on_page(key="page", holder=holder, back_to=back)
        case "save":
            return lambda vault: vault.save(key="save", holder=holder, token="pm_card_visa")
    saved = await StripeCardVault(rig.provider.calls).save(
        key="save", holder=holder, token="pm_card_visa"
    )
    return lambda vault: vault.detach(saved.token)


def state_of(rig: StripeRig) -> tuple[int, int, int]:
    """Return how many customers, setups and cards on file there are."""
    of = rig.double.state.of
    on_file = [each for each in of("payment_method").values() if each["customer"]]
    return len(of("customer")), len(of("setup_intent")), len(on_file)


@pytest.mark.parametrize("path", STEPS)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", ["timeout", "reset", "server_error"])
async def test_a_lost_call_has_one_effect_when_it_is_repeated(
    rig: StripeRig, path: str, when: str, fault: str
) -> None:
    step = await step_of(rig, STEPS[path])
    rig.fail(fault, when, path.strip(), times=3)  # as often as the client tries
    async with stripe_calls(rig.url, limit=HASTE) as hasty:
        with pytest.raises(Unavailable):
            await step(StripeCardVault(hasty))
    rig.double.faults.clear()
    vault = StripeCardVault(rig.provider.calls)

    first = await step(vault)
    assert await step(vault) == first
    assert state_of(rig) == (1, 1, 1 if STEPS[path] == "save" else 0)


# A page lasts a day, as a key does, so after that there is another one.
@pytest.mark.parametrize("path", [path for path in STEPS if STEPS[path] != "page"])
async def test_a_call_is_not_made_again_when_stripe_has_forgotten_its_key(
    rig: StripeRig, path: str
) -> None:
    step = await step_of(rig, STEPS[path])
    rig.fail("server_error", "after", path.strip())
    vault = StripeCardVault(rig.provider.calls)
    with pytest.raises(Unavailable):
        await step(vault)
    await rig.double.perform("POST", "/_double/clock", {"advance": str(2 * DAY)})

    assert await step(vault) == await step(vault)
    assert state_of(rig)[:2] == (1, 1)
