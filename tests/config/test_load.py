"""Settings: precedence of sources, invalid values, and secrets in messages."""

import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from solebook.config.load import SettingsError, load_settings
from solebook.config.settings import KeySettings, Settings
from solebook.ports.language.rate_limits import RateLimit
from solebook.ports.language.rules import LevelThreshold, Lifetimes, MarketRules

HUNTER = "hunter2-hunter2-hunter2-hunter2-hunter2"
KEYS = f'[{{"id": "2026", "secret": "{HUNTER}"}}]'

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_it(text: str) -> Path:
        file = tmp_path / "market.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return write_it


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def load(**environment: str) -> Settings:
    return load_settings(None, {f"SOLEBOOK_{name}": text for name, text in environment.items()})


# ---- where settings come from --------------------------------------------------------------------


def test_every_setting_has_a_default() -> None:
    settings = load_settings(None, {"PATH": "/bin", "HOME": "/root"})
    assert settings == Settings()
    assert (settings.mode, settings.store.adapter) == ("embedded", "sqlite")
    assert settings.store_url == "sqlite+aiosqlite:///solebook-data/solebook.sqlite3"
    assert settings.market == MarketRules()


def test_a_file_is_read(write: Write) -> None:
    settings = load_settings(
        write(
            """
            folder = "elsewhere"
            [server]
            port = 9000
            [market]
            tick = 500
            bid_days = {minimum = 2, maximum = 20, default = 10}
            payment_window = 600
            level_thresholds = [
                {sales = 1, volume = 1}, {sales = 2, volume = 2},
                {sales = 3, volume = 3}, {sales = 4, volume = 4},
            ]
            [[security.signing_keys]]
            id = "2026"
            secret = "not a secret"
            """
        ),
        {},
    )
    assert settings.store_url == "sqlite+aiosqlite:///elsewhere/solebook.sqlite3"
    assert (settings.server.port, settings.server.host) == (9_000, "127.0.0.1")
    assert settings.market.bid_days == Lifetimes(2, 20, 10)
    assert settings.market.payment_window == timedelta(minutes=10)
    assert settings.market.level_thresholds[3] == LevelThreshold(4, 4)
    assert settings.security.signing_keys == (KeySettings(id="2026", secret="not a secret"),)


def test_the_default_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "solebook.toml").write_text("[server]\nport = 9000\n")
    assert load().server.port == 9_000


def test_a_given_file_replaces_the_default_file(tmp_path: Path) -> None:
    (tmp_path / "solebook.toml").write_text("[server]\nport = 9000\n")
    (tmp_path / "other.toml").write_text('[server]\nhost = "0.0.0.0"\n')
    server = load_settings(Path("other.toml"), {}).server
    assert (server.host, server.port) == ("0.0.0.0", 8_000)


def test_the_environment_overrides_the_file(write: Write) -> None:
    file = write("[server]\nport = 9000\nhost = '0.0.0.0'\n[http]\nmax_body = 5000\n")
    environment = {"SOLEBOOK_SERVER__PORT": "9001", "SOLEBOOK_HTTP__MAX_BODY": "6000"}
    settings = load_settings(file, environment)
    assert (settings.server.port, settings.server.host) == (9_001, "0.0.0.0")
    assert settings.http.max_body == 6_000


def test_one_part_of_a_group_is_set_and_the_others_stay(write: Write) -> None:
    assert load(HTTP__USER_LIMIT__BURST="50").http.user_limit == RateLimit(50, 50)
    assert load(MARKET__BID_DAYS__MAXIMUM="45").market.bid_days == Lifetimes(1, 45, 30)
    file = write("[http.user_limit]\nper_second = 7\n")
    assert load_settings(file, {}).http.user_limit == RateLimit(200, 7)
    environment = {"SOLEBOOK_HTTP__USER_LIMIT__BURST": "50"}
    assert load_settings(file, environment).http.user_limit == RateLimit(50, 7)


def test_lists_in_the_environment_are_json() -> None:
    http = load(HTTP__TRUSTED_PROXIES='["10.0.0.0/8", "::1"]', HTTP__CORS_ORIGINS="[]").http
    assert (http.trusted_proxies, http.cors_origins) == (("10.0.0.0/8", "::1"), ())
    keys = load(SECURITY__SIGNING_KEYS=KEYS).security.signing_keys
    assert keys == (KeySettings(id="2026", secret=HUNTER),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("900", 900), ("1.5", 1.5), ("PT15M", 900), ("P1D", 86_400), ("0", 0)],
)
def test_durations_are_seconds_or_iso_8601(text: str, expected: float) -> None:
    assert load(MARKET__PAYOUT_HOLD=text).market.payout_hold == timedelta(seconds=expected)


def test_variable_names_are_case_insensitive() -> None:
    assert load(Server__Port="9000").server.port == 9_000


def test_the_operators_password_variable_is_not_a_setting() -> None:
    assert load(PASSWORD="correct horse battery") == Settings()


# ---- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("SERVER__PROT", "1", "there is no setting server.prot; did you mean server.port?"),
        ("MARKET__TICKS", "1", "there is no setting market.ticks"),
        ("HTTP__USER_LIMIT__SIZE", "1", "there is no setting http.user_limit.size"),
        (
            "NATS_URL",
            "x",
            "there is no setting nats_url; did you mean nats.url, in a variable SOLEBOOK_NATS__URL",
        ),
        ("FOLDERS", "x", "there is no setting folders; did you mean folder?"),
        ("SERVER__X", "1", "there is no setting server.x; there are cert, host"),
        ("", "x", "there is no setting"),
        ("SERVER__PORT", "many", "Expected `int`, got `str` - at `$.server.port`"),
        ("SERVER__PORT", "65536", "port must be from 0 to 65_535, not 65_536 - at `$.server`"),
        ("SERVER__PORT", "-1", "port must be from 0 to 65_535, not -1 - at `$.server`"),
        ("SERVER", "127.0.0.1", "Expected `object`, got `str` - at `$.server`"),
        ("SECURITY__BCRYPT_COST", "3", "bcrypt_cost must be from 4 to 16, not 3"),
        ("SECURITY__BCRYPT_COST", "17", "bcrypt_cost must be from 4 to 16, not 17"),
        ("ENGINE__QUEUE", "0", "the engine would accept no commands - at `$.engine`"),
        ("ENGINE__BATCH", "0", "the engine would accept no commands - at `$.engine`"),
        (
            "MODE",
            "prod",
            "Invalid enum value 'prod' - at `$.mode`; it can be 'embedded' or 'production'",
        ),
        (
            "NOTIFICATIONS__MAIL",
            "pigeon",
            "it can be 'eml' or 'smtp' or 'sendgrid' or 'memory'",
        ),
        (
            "STORE__ADAPTER",
            "oracle",
            "Invalid enum value 'oracle' - at `$.store.adapter`; it can be 'sqlite' or 'postgres'",
        ),
        ("MARKET__PAYMENT_WINDOW", "15m", "Invalid ISO8601 duration - at `$.market.payment_w"),
        ("MARKET__TICK", "300", "min_amount and max_amount must be multiples"),
        (
            "MARKET__PENALTY",
            "30000",
            "not 30_000: a seller would owe more than the whole price of a trade - at `$.market`",
        ),
        ("MARKET__BID_DAYS__MINIMUM", "0", "expire at once - at `$.market.bid_days`"),
        ("HTTP__USER_LIMIT__PER_SECOND", "nan", "not nan - at `$.http.user_limit`"),
        ("HTTP__USER_LIMIT__PER_SECOND", "inf", "not inf - at `$.http.user_limit`"),
        ("MARKET__PAYOUT_HOLD", "nan", "Duration is out of range - at `$.market.payout_hold`"),
        ("MARKET__PAYOUT_HOLD", "1e300", "Duration is out of range - at `$.market.payout_hold`"),
        ("SERVER__PORT", "８０", "Expected `int`, got `str` - at `$.server.port`"),
        ("SERVER__PORT", "8_0", "Expected `int`, got `str` - at `$.server.port`"),
        ("MARKET__PAYOUT_HOLD", "-1", "payout_hold must be from PT0S to P365D, not -PT1S"),
        ("MARKET__SHIPPING_FEE", "-1", "shipping_fee must be from 0 to"),
        ("MARKET__TRANSACTION_FEES", "[900,850,800,750,-1]", "transaction_fees must be from 0 to"),
        ("HTTP__USER_LIMIT__BURST", "0", "a rate limit must let something through"),
        ("HTTP__TRUSTED_PROXIES", "10.0.0.0/8", "Expected `array`, got `str` - at `$.http.tru"),
        ("HTTP__TRUSTED_PROXIES", '["proxy"]', "'proxy' does not appear to be an IPv4"),
        ("HTTP__TRUSTED_PROXIES", '["10.0.0.0/8"', "SOLEBOOK_HTTP__TRUSTED_PROXIES is not JSON"),
        ("HTTP__ALLOWED_HOSTS", "[]", "allowed_hosts must not be empty - at `$.http`"),
        ("STORE__REPLICA_URL", "sqlite:///x", "store.replica_url must be a postgresql:// URL"),
        ("STORE__REPLICA_URL", "postgresql://db/x", "needs a postgresql:// URL in store.url"),
        ("SECURITY__REFRESH_TOKEN_LIFE", "PT5M", "access_token_life must not be longer than"),
        ("SECURITY__ACCESS_TOKEN_LIFE", "0", "tokens would expire at once"),
    ],
)
def test_an_invalid_setting_is_refused_with_its_name(name: str, text: str, problem: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load(**{name: text})
    assert problem in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[server]\nprot = 1", "there is no setting server.prot"),
        ("[market]\nticks = 1", "there is no setting market.ticks"),
        ("[market.bid_days]\nmost = 1", "there is no setting market.bid_days.most"),
        ("[servers]", "there is no setting servers"),
        ("server = 1", "Expected `object`, got `int` - at `$.server`"),
        ("[server]\nhost = 1", "Expected `str`, got `int` - at `$.server.host`"),
        ("[server]\nport = true", "Expected `int`, got `bool` - at `$.server.port`"),
        ("[security]\nsigning_keys = [{id = '1'}]", "missing required field `secret`"),
        ("[security]\nsigning_keys = [{id = '1', secret = 's', x = 1}]", "unknown field `x`"),
        ("[server", "market.toml is not TOML: "),
    ],
)
def test_a_file_with_invalid_settings_is_refused(write: Write, text: str, problem: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(write(text), {})
    assert problem in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (file := tmp_path / "market.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match=r"market.toml is not TOML: 'utf-8' codec"):
        load_settings(file, {})


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none.toml cannot be read: No such file"):
        load_settings(tmp_path / "none.toml", {})
    with pytest.raises(SettingsError, match="cannot be read: Is a directory"):
        load_settings(tmp_path, {})


def test_a_value_cannot_have_a_section(write: Write) -> None:
    with pytest.raises(SettingsError, match="SOLEBOOK_FOLDER__NAME: folder is a value"):
        load_settings(write("folder = 'x'"), {"SOLEBOOK_FOLDER__NAME": "y"})


# ---- secrets -------------------------------------------------------------------------------------


def test_a_country_must_be_a_code() -> None:
    with pytest.raises(SettingsError, match="country must be a code such as US, not 'USA'"):
        load(WAREHOUSE__COUNTRY="USA")


# ---- notifications -------------------------------------------------------------------------------


def adapters(settings: Settings) -> tuple[str, str, str]:
    return settings.mail_adapter, settings.sms_adapter, settings.push_adapter


def test_messages_are_in_memory_if_the_store_is() -> None:
    assert adapters(load()) == ("eml", "folder", "folder")
    assert adapters(load(STORE__ADAPTER="memory")) == ("memory", "memory", "memory")


def test_messages_use_the_configured_adapters() -> None:
    mail = load(STORE__ADAPTER="memory", NOTIFICATIONS__MAIL="eml")
    assert adapters(mail) == ("eml", "memory", "memory")
    others = load(NOTIFICATIONS__SMS="memory", NOTIFICATIONS__PUSH="memory")
    assert adapters(others) == ("eml", "memory", "memory")
    with pytest.raises(SettingsError, match="pigeon"):
        load(NOTIFICATIONS__MAIL="pigeon")


def test_a_password_is_taken_from_the_environment_alone(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('[smtp]\npassword = "correct horse"\n')
    with pytest.raises(SettingsError, match="set SOLEBOOK_SMTP__PASSWORD instead") as refused:
        load_settings(file, {})
    assert "horse" not in str(refused.value)
    settings = load(SMTP__USER="solebook", SMTP__PASSWORD="correct horse")
    assert settings.smtp.password == "correct horse"
    assert "horse" not in repr(settings)
    with pytest.raises(SettingsError, match="would show the password"):
        load(SMTP__USER="solebook", SMTP__PASSWORD="correct horse", SMTP__ENCRYPTION="none")


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        ({"NOTIFICATIONS__MAIL": "sendgrid"}, "sendgrid.api_key"),
        ({"NOTIFICATIONS__SMS": "twilio", "TWILIO__ACCOUNT": "AC1"}, "twilio.account, token"),
        ({"NOTIFICATIONS__PUSH": "web"}, "web_push.private_key"),
        ({"NOTIFICATIONS__PUSH": "both", "WEB_PUSH__PRIVATE_KEY": "x"}, "http_push.url"),
        ({"SENDGRID__API_URL": "http://example.com"}, "must begin with https://"),
        ({"WEB_PUSH__CONTACT": "me"}, "mailto: or https:"),
    ],
)
def test_a_messenger_without_what_it_needs_is_refused(
    settings: dict[str, str], missing: str
) -> None:
    with pytest.raises(SettingsError, match=missing):
        load(**settings)


@pytest.mark.parametrize("sender", ["no-reply@example.com", "Test <no-reply@example.com>"])
def test_a_sender_is_an_address(sender: str) -> None:
    assert load(NOTIFICATIONS__SENDER=sender).notifications.sender == sender


@pytest.mark.parametrize(
    "sender",
    [
        "",
        "solebook",
        "solebook <no-reply>",
        "<no-reply@example.com",
        "a@example.com, b@example.com",
        "Group: a@example.com;",
        "a..b@example.com",
        "a@example.com\nBcc: b@example.com",
        "a@example.com\r\n\r\nbody",
        "\x00a@example.com",
        "büyer@example.com",
        "buyer@exämple.com",
    ],
)
def test_a_sender_that_is_no_address_is_refused(sender: str) -> None:
    with pytest.raises(SettingsError, match="sender must be an address such as"):
        load(NOTIFICATIONS__SENDER=sender)


# ---- secrets in output ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SECURITY__SIGNING_KEYS", HUNTER),
        ("SECURITY__SIGNING_KEYS", KEYS[:-1]),
        ("SECURITY__SIGNING_KEYS", KEYS.replace("secret", "secrets")),
        ("SECURITY__SIGNING_KEYS", KEYS.replace('"2026"', "2026")),
        ("SECURITY__SIGNING_KEYS__SECRET", HUNTER),
        ("PAYMENTS__WEBHOOK_SECRET", f'["{HUNTER}"]'),
        ("PAYMENTS__WEBHOOK_SECRET", f"[{HUNTER}"),
        ("PAYMENTS__WEBHOOK_SECRETS", HUNTER),
    ],
)
def test_no_error_message_contains_a_secret(name: str, text: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load(**{name: text})
    assert HUNTER not in "".join(traceback.format_exception(refused.value))


def test_what_kubernetes_tells_about_a_service_named_solebook_is_no_setting() -> None:
    environment = {
        "SOLEBOOK_PORT": "tcp://10.0.0.1:8000",
        "SOLEBOOK_PORT_8000_TCP": "tcp://10.0.0.1:8000",
        "SOLEBOOK_PORT_8000_TCP_ADDR": "10.0.0.1",
        "SOLEBOOK_PORT_8000_TCP_PORT": "8000",
        "SOLEBOOK_PORT_8000_TCP_PROTO": "tcp",
        "SOLEBOOK_SERVICE_HOST": "10.0.0.1",
        "SOLEBOOK_SERVICE_PORT": "8000",
        "SOLEBOOK_SERVICE_PORT_HTTP": "8000",
        "SOLEBOOK_API_PORT": "udp://10.0.0.2:53",
        "SOLEBOOK_API_SERVICE_HOST": "10.0.0.2",
    }
    assert load_settings(None, environment) == load_settings(None, {})


def test_a_port_without_its_section_is_refused_with_the_right_name() -> None:
    with pytest.raises(
        SettingsError, match=r"did you mean server\.port or .*\(SOLEBOOK_SECTION__PORT\)"
    ):
        load_settings(None, {"SOLEBOOK_PORT": "9000"})
