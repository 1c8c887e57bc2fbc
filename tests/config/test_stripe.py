"""Settings of Stripe."""

import re

import pytest

from solebook.config.load import SettingsError, load_settings

STRIPE = {
    "SOLEBOOK_PAYMENTS__ADAPTER": "stripe",
    "SOLEBOOK_PAYMENTS__API_KEY": "rk_live_hunter",
    "SOLEBOOK_PAYMENTS__WEBHOOK_SECRET": "whsec_hunter",
    "SOLEBOOK_PAYMENTS__OLD_WEBHOOK_SECRET": "whsec_old_hunter",
    "SOLEBOOK_PAYMENTS__BUYER_RETURN_URL": "https://exchange.example.com/orders/{order_id}",
    "SOLEBOOK_PAYMENTS__ONBOARDING_RETURN_URL": "https://exchange.example.com/payouts",
}
PRODUCTION = {
    "SOLEBOOK_MODE": "production",
    "SOLEBOOK_HTTP__PUBLIC_URL": "https://exchange.example.com",
    "SOLEBOOK_USERS__VERIFY_ADDRESSES": "true",
    "SOLEBOOK_SECURITY__SIGNING_KEYS": f'[{{"id": "2026", "secret": "{"x" * 32}"}}]',
    "SOLEBOOK_ENCRYPTION__OFF": "true",
    "SOLEBOOK_WEBHOOKS__SECRET": "x" * 32,
    "SOLEBOOK_WAREHOUSE__NAME": "Test Warehouse",
    "SOLEBOOK_WAREHOUSE__STREET": "1 Main Street",
    "SOLEBOOK_WAREHOUSE__CITY": "Portland",
    "SOLEBOOK_WAREHOUSE__COUNTRY": "US",
}


def test_production_with_stripe_is_accepted_and_its_secrets_are_not_shown() -> None:
    settings = load_settings(None, STRIPE | PRODUCTION)

    assert settings.payments.adapter == "stripe"
    assert settings.payments.api_key == "rk_live_hunter"
    assert "hunter" not in repr(settings)


@pytest.mark.parametrize("missing", ["API_KEY", "WEBHOOK_SECRET"])
def test_stripe_without_a_secret_is_refused(missing: str) -> None:
    given = {
        name: value for name, value in STRIPE.items() if name != f"SOLEBOOK_PAYMENTS__{missing}"
    }
    with pytest.raises(SettingsError, match=r"needs payments\.api_key and payments\.webhook_"):
        load_settings(None, given)


@pytest.mark.parametrize("url", ["https://stripe.example.com", "http://127.0.0.1:12111"])
def test_stripe_may_be_elsewhere(url: str) -> None:
    settings = load_settings(None, STRIPE | {"SOLEBOOK_PAYMENTS__API_URL": url})
    assert settings.payments.api_url == url


@pytest.mark.parametrize("url", ["http://stripe.example.com", "ftp://127.0.0.1", "stripe"])
def test_the_key_is_not_sent_where_it_would_be_seen(url: str) -> None:
    with pytest.raises(SettingsError, match=re.escape("payments.api_url must begin")):
        load_settings(None, STRIPE | {"SOLEBOOK_PAYMENTS__API_URL": url})


@pytest.mark.parametrize("url", ["http://exchange.example.com", "javascript:alert(1)", "orders"])
def test_a_buyer_is_sent_back_over_https(url: str) -> None:
    with pytest.raises(SettingsError, match=re.escape("payments.buyer_return_url must begin")):
        load_settings(None, STRIPE | {"SOLEBOOK_PAYMENTS__BUYER_RETURN_URL": url})


@pytest.mark.parametrize("page", ["RETURN", "REFRESH"])
@pytest.mark.parametrize("url", ["http://exchange.example.com", "javascript:alert(1)", "payouts"])
def test_a_seller_is_sent_back_over_https(page: str, url: str) -> None:
    name = f"onboarding_{page.lower()}_url"
    with pytest.raises(SettingsError, match=re.escape(f"payments.{name} must begin")):
        load_settings(None, STRIPE | {f"SOLEBOOK_PAYMENTS__{name.upper()}": url})


@pytest.mark.parametrize("code", ["USD", "EUR", "JPY", "KRW", "HUF"])
def test_the_default_amounts_of_a_currency_can_be_charged(code: str) -> None:
    settings = load_settings(None, STRIPE | {"SOLEBOOK_MARKET__CURRENCY": code})
    assert settings.market.currency == code


@pytest.mark.parametrize("code", ["ISK", "UGX", "MGA", "IQD"])
def test_a_currency_that_stripe_counts_in_another_unit_is_refused(code: str) -> None:
    with pytest.raises(SettingsError, match=rf"market\.currency: {code} cannot be used"):
        load_settings(None, STRIPE | {"SOLEBOOK_MARKET__CURRENCY": code})


@pytest.mark.parametrize(
    ("currency", "name", "amount", "why"),
    [
        ("KWD", "MAX_AMOUNT", 100_000_000, r"market\.max_amount: .* at most KWD 99,999\.999"),
        ("KWD", "TICK", 1, r"market\.tick: .* in KWD must be multiples of 0\.010"),
        ("KWD", "SHIPPING_FEE", 14_005, r"market\.shipping_fee: .* multiples of 0\.010"),
        ("USD", "MAX_AMOUNT", 100_000_000, r"market\.max_amount: .* at most \$999,999\.99"),
    ],
)
def test_amounts_that_stripe_would_not_charge_are_refused(
    currency: str, name: str, amount: int, why: str
) -> None:
    market = {"SOLEBOOK_MARKET__CURRENCY": currency, f"SOLEBOOK_MARKET__{name}": str(amount)}
    with pytest.raises(SettingsError, match=why):
        load_settings(None, STRIPE | market)
    load_settings(None, market)


def test_less_than_stripe_charges_is_refused() -> None:
    market = {
        "SOLEBOOK_MARKET__TICK": "1",
        "SOLEBOOK_MARKET__MIN_AMOUNT": "49",
        "SOLEBOOK_MARKET__SHIPPING_FEE": "0",
        "SOLEBOOK_MARKET__MIN_TRANSACTION_FEE": "1",
        "SOLEBOOK_MARKET__MIN_PENALTY": "1",
    }
    with pytest.raises(SettingsError, match=r"market\.min_amount: .* at least \$0\.50"):
        load_settings(None, STRIPE | market)
    load_settings(None, market)
