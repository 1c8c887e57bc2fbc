"""Settings of production, and secrets in messages."""

import pytest

from solebook.config.load import SettingsError, load_settings
from solebook.config.settings import Settings

from .test_load import HUNTER, KEYS

PRODUCTION = {
    "SOLEBOOK_MODE": "production",
    "SOLEBOOK_SECURITY__SIGNING_KEYS": KEYS,
    "SOLEBOOK_ENCRYPTION__KEYS": KEYS,
    "SOLEBOOK_ENCRYPTION__CURRENT": "2026",
    "SOLEBOOK_PAYMENTS__WEBHOOK_SECRET": HUNTER,
    "SOLEBOOK_WEBHOOKS__SECRET": HUNTER * 4,
    "SOLEBOOK_PAYMENTS__ADAPTER": "stripe",
    "SOLEBOOK_PAYMENTS__API_KEY": HUNTER,
    "SOLEBOOK_PAYMENTS__BUYER_RETURN_URL": "https://exchange.example.com/orders/{order_id}",
    "SOLEBOOK_PAYMENTS__ONBOARDING_RETURN_URL": "https://exchange.example.com/payouts",
    "SOLEBOOK_HTTP__PUBLIC_URL": "https://exchange.example.com",
    "SOLEBOOK_USERS__VERIFY_ADDRESSES": "true",
    "SOLEBOOK_WAREHOUSE__NAME": "Test Warehouse",
    "SOLEBOOK_WAREHOUSE__STREET": "1 Main Street",
    "SOLEBOOK_WAREHOUSE__CITY": "Portland",
    "SOLEBOOK_WAREHOUSE__COUNTRY": "US",
}


def test_production_with_its_secrets_is_accepted() -> None:
    settings = load_settings(None, PRODUCTION)
    assert settings.payments.webhook_secret == HUNTER
    assert (settings.log.format_in("production"), settings.log.level_in("production")) == (
        "json",
        "info",
    )
    assert (settings.log.format_in("embedded"), settings.log.level_in("embedded")) == (
        "text",
        "warning",
    )


@pytest.mark.parametrize(
    ("missing", "problem"),
    [
        (
            ["SOLEBOOK_SECURITY__SIGNING_KEYS"],
            "the settings are wrong: production needs security.signing_keys",
        ),
        (
            ["SOLEBOOK_ENCRYPTION__CURRENT"],
            (
                "the settings are wrong: production needs encryption.keys and encryption.current "
                "(or encryption.off = true)"
            ),
        ),
        (
            ["SOLEBOOK_HTTP__PUBLIC_URL"],
            "the settings are wrong: production needs http.public_url, which others can reach",
        ),
        (
            ["SOLEBOOK_USERS__VERIFY_ADDRESSES"],
            "the settings are wrong: production needs users.verify_addresses",
        ),
        (
            ["SOLEBOOK_SECURITY__SIGNING_KEYS", "SOLEBOOK_PAYMENTS__ADAPTER"],
            (
                "the settings are wrong: production needs security.signing_keys and "
                "payments.adapter = 'stripe' (the embedded provider moves no real money)"
            ),
        ),
    ],
)
def test_production_without_a_secret_is_refused(missing: list[str], problem: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(None, {name: PRODUCTION[name] for name in PRODUCTION if name not in missing})
    assert str(refused.value) == problem


def test_production_stores_people_as_they_are_only_if_that_is_said() -> None:
    without = {name: PRODUCTION[name] for name in PRODUCTION if "ENCRYPTION" not in name}
    settings = load_settings(None, without | {"SOLEBOOK_ENCRYPTION__OFF": "true"})
    assert settings.encryption.current is None
    with pytest.raises(SettingsError, match="contradict each other"):
        load_settings(None, PRODUCTION | {"SOLEBOOK_ENCRYPTION__OFF": "true"})


@pytest.mark.parametrize("key", ["sk_test_hunter", "rk_test_hunter"])
def test_production_moves_real_money_unless_test_mode_is_wanted(key: str) -> None:
    with_test_key = PRODUCTION | {"SOLEBOOK_PAYMENTS__API_KEY": key}
    with pytest.raises(SettingsError, match=r"of live mode, or payments\.test_mode") as refused:
        load_settings(None, with_test_key)
    assert key not in str(refused.value)
    wanted = load_settings(None, with_test_key | {"SOLEBOOK_PAYMENTS__TEST_MODE": "true"})
    assert wanted.payments.test_mode


@pytest.mark.parametrize("page", ["BUYER_RETURN", "ONBOARDING_RETURN", "ONBOARDING_REFRESH"])
def test_production_sends_nobody_to_a_page_on_this_machine(page: str) -> None:
    here = PRODUCTION | {f"SOLEBOOK_PAYMENTS__{page}_URL": "https://localhost/page"}
    with pytest.raises(SettingsError, match=f"payments.{page.lower()}_url that others can reach"):
        load_settings(None, here)


def test_production_without_pages_says_where_buyers_come_back_to() -> None:
    name = "SOLEBOOK_PAYMENTS__BUYER_RETURN_URL"
    without = {each: PRODUCTION[each] for each in PRODUCTION if each != name}
    assert load_settings(None, without).payments.buyer_return_url is None
    alone = {"SOLEBOOK_HTTP__PAGES": "false"}
    with pytest.raises(SettingsError, match=r"needs payments\.buyer_return_url, or http\.pages"):
        load_settings(None, without | alone)
    load_settings(None, PRODUCTION | alone)


def test_production_with_a_store_in_memory_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"needs a store\.adapter that keeps its data"):
        load_settings(None, PRODUCTION | {"SOLEBOOK_STORE__ADAPTER": "memory"})


@pytest.mark.parametrize("part", ["NAME", "STREET", "CITY", "COUNTRY"])
def test_production_without_a_warehouse_is_refused(part: str) -> None:
    with pytest.raises(SettingsError, match=r"needs warehouse\.name, street, city and country"):
        load_settings(None, {k: v for k, v in PRODUCTION.items() if not k.endswith(part)})


def test_a_warehouse_needs_no_region_and_postal_code() -> None:
    warehouse = load_settings(None, PRODUCTION).warehouse
    assert warehouse.is_set
    assert warehouse.lines == ("Test Warehouse", "1 Main Street", "Portland", "US")


def test_a_warehouse_with_a_link_in_it_is_refused() -> None:
    with pytest.raises(SettingsError, match="the warehouse address has a link"):
        load_settings(None, PRODUCTION | {"SOLEBOOK_WAREHOUSE__STREET": "see ship.example/here"})


def test_an_unset_warehouse_says_so_in_letters() -> None:
    assert not Settings().warehouse.is_set
    assert Settings().warehouse.lines == ("Warehouse (its address is not set)",)


@pytest.mark.parametrize(
    ("url", "is_enough"),
    [
        ("postgresql://solebook@db.example.com/solebook", False),
        ("postgresql://solebook@10.0.0.7:5432/solebook", False),
        ("postgresql://solebook@db,db.example.com/solebook", False),
        ("postgresql:///solebook?host=db.example.com", False),
        ("postgresql://solebook@[fd00::7]/solebook", False),
        ("postgresql://solebook@db.example.com/solebook?sslmode=verify-full", True),
        ("postgresql://solebook@db/solebook", True),
        ("postgresql://solebook@127.0.0.1:5432/solebook", True),
        ("postgresql:///solebook?host=/run/postgresql", True),
    ],
)
def test_production_says_how_a_database_on_another_machine_is_verified(
    url: str, is_enough: bool
) -> None:
    given = PRODUCTION | {"SOLEBOOK_STORE__URL": url}
    if not is_enough:
        with pytest.raises(SettingsError, match=r"needs store\.sslmode, which is verify"):
            load_settings(None, given)
        given |= {"SOLEBOOK_STORE__SSLMODE": "prefer"}
    assert load_settings(None, given).store_url.startswith("postgresql://")


def test_secrets_are_never_shown() -> None:
    url = f"postgresql://solebook:{HUNTER}@db/solebook"
    settings = load_settings(None, PRODUCTION | {"SOLEBOOK_STORE__URL": url})
    parts = (settings, settings.security, *settings.security.signing_keys, settings.payments)
    for part in (*parts, settings.store):
        assert HUNTER not in f"{part!r} {part} {part!s:>10} {list(part.__rich_repr__())}"
    assert "KeySettings(id='2026')" in repr(settings)
