"""An exchange whose settings select Stripe."""

import time
from pathlib import Path
from uuid import UUID

import pytest

from solebook.composition.container import open_application
from solebook.composition.provider_pages import ProviderPages
from solebook.config.settings import PaymentsSettings, SecuritySettings, Settings, StoreSettings
from solebook.entrypoints.doubles.stripe.app import running_double
from solebook.entrypoints.doubles.stripe.double import StripeDouble
from solebook.entrypoints.doubles.stripe.webhooks import signature
from solebook.ports.language.ids import OrderId
from solebook.ports.language.rules import MarketRules

KEY = "sk_test_solebook"
EVENT = b'{"id": "evt_1", "type": "customer.created"}'


def settings_for(url: str, tmp_path: Path, currency: str = "USD") -> Settings:
    return Settings(
        market=MarketRules(currency=currency),
        folder=str(tmp_path / "solebook-data"),
        security=SecuritySettings(bcrypt_cost=4),
        store=StoreSettings(adapter="memory"),
        payments=PaymentsSettings(
            adapter="stripe",
            api_key=KEY,
            api_url=url,
            webhook_secret="whsec_new",
            old_webhook_secret="whsec_old",
        ),
    )


async def test_the_exchange_asks_stripe_with_its_key(tmp_path: Path) -> None:
    async with (
        running_double(StripeDouble(), key=KEY) as url,
        open_application(settings_for(url, tmp_path)) as application,
    ):
        assert await application.adapters.payment_provider.balance() == 0
        assert (await application.payments.check_solvency()).balanced


async def test_buyers_are_charged_in_the_currency_of_the_market(tmp_path: Path) -> None:
    double = StripeDouble()
    async with (
        running_double(double, key=KEY) as url,
        open_application(settings_for(url, tmp_path, "EUR")) as application,
    ):
        provider = application.adapters.payment_provider
        await provider.charge(
            key="charge",
            order_id=OrderId(UUID(int=7)),
            payment_method="pm_card_visa",
            amount=20_000,
        )
        [intent] = double.state.of("payment_intent").values()
        assert (intent["amount"], intent["currency"]) == (20_000, "eur")


@pytest.mark.parametrize("secret", ["whsec_new", "whsec_old"])
async def test_the_exchange_takes_webhooks_with_both_secrets(tmp_path: Path, secret: str) -> None:
    async with open_application(settings_for("http://127.0.0.1:1", tmp_path)) as application:
        await application.payments.receive_webhook(
            EVENT, signature(EVENT, [secret], int(time.time()))
        )


async def test_the_pages_of_the_embedded_provider_are_not_stripes(tmp_path: Path) -> None:
    async with open_application(settings_for("http://127.0.0.1:1", tmp_path)) as application:
        with pytest.raises(ValueError, match="not the embedded one"):
            await ProviderPages(application).charge(None, 100)
