"""Load the settings from a TOML file and environment variables."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from ..ports.language.currencies import UnknownCurrency
from ..ports.language.rules import MarketRules
from .settings import Settings

DEFAULT_FILE = Path("solebook.toml")
_PREFIX = "SOLEBOOK_"
_NOT_SETTINGS = {"SOLEBOOK_PASSWORD"}  # which `solebook admin grant --register` reads
NOT_IN_FILES = (
    ("smtp", "password"),
    ("sendgrid", "api_key"),
    ("twilio", "token"),
    ("web_push", "private_key"),
    ("http_push", "token"),
    ("typesense", "api_key"),
    ("photos", "secret_access_key"),
)
"""Secrets that are only taken from the environment, because files are copied and shown."""
_OF_KUBERNETES = re.compile(
    r"SOLEBOOK_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)"
)
"""What Kubernetes tells pods about a service whose name begins with `solebook`."""
_MOST_MEANT = 3
_DEFAULTS = msgspec.to_builtins(Settings())


class SettingsError(ValueError):
    """Invalid settings. The text names the setting and never contains a secret."""


def load_settings(file: Path | None, environment: Mapping[str, str]) -> Settings:
    """Return the settings of a deployment.

    Without `file`, it reads `solebook.toml` in the working directory if that exists. A variable
    `SOLEBOOK_SECTION__KEY` overrides the file: `SOLEBOOK_SERVER__PORT=9000`,
    `SOLEBOOK_HTTP__USER_LIMIT__BURST=50`. Lists are written as JSON. Durations are seconds or ISO
    8601 (`PT15M`). Some secrets are only taken from the environment. Raises SettingsError.
    """
    values = _read(file)
    _check_secrets(values)
    for name, text in sorted(environment.items()):
        if name.startswith(_PREFIX) and not _is_no_setting(name, text):
            _set(values, name, text)
    try:
        return msgspec.convert(_with_defaults(values, _defaults(values)), Settings, strict=False)
    except SettingsError:
        raise
    except (msgspec.ValidationError, ValueError) as error:
        raise SettingsError(
            f"the settings are wrong: {error}{_allowed_words(str(error))}"
        ) from error


def sources(file: Path | None, environment: Mapping[str, str]) -> dict[str, str]:
    """Return for each setting that is not a default where it was read, as `load_settings` reads.

    It is the name of the file or of the variable. Raises SettingsError if either cannot be read.
    """
    found = dict.fromkeys(_flat(_read(file)), str(file or DEFAULT_FILE))
    for name, text in sorted(environment.items()):
        if name.startswith(_PREFIX) and not _is_no_setting(name, text):
            alone: dict[str, Any] = {}
            _set(alone, name, text)
            found |= dict.fromkeys(_flat(alone), name)
    return found


def _flat(values: Mapping[str, Any], path: str = "") -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{path}{name}.")
        else:
            yield f"{path}{name}"


def _check_secrets(values: Mapping[str, Any]) -> None:
    for path in NOT_IN_FILES:
        inner: Any = values
        for name in path:
            inner = inner.get(name) if isinstance(inner, dict) else None
        if inner is not None:
            variable = f"{_PREFIX}{'__'.join(path)}".upper()
            raise SettingsError(f"{'.'.join(path)} is a secret: set {variable} instead")

    encryption = values.get("encryption")
    keys = encryption.get("keys") if isinstance(encryption, dict) else None
    for key in keys if isinstance(keys, list) else ():
        if isinstance(key, dict) and "secret" in key:
            raise SettingsError(
                "encryption.keys has a secret: name its file, or set "
                f"{_PREFIX}ENCRYPTION__KEYS instead"
            )


def _is_no_setting(name: str, text: str) -> bool:
    return (
        name in _NOT_SETTINGS
        or _OF_KUBERNETES.fullmatch(name) is not None
        or (name.endswith("_PORT") and text.startswith(("tcp://", "udp://", "sctp://")))
    )


def _defaults(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return all defaults. The amounts of the market are for the currency among the values."""
    market = values.get("market")
    currency = market.get("currency") if isinstance(market, dict) else None
    try:
        rules = MarketRules.in_currency(currency) if isinstance(currency, str) else MarketRules()
    except UnknownCurrency as error:
        raise SettingsError(f"the settings are wrong: market.currency: {error}") from error
    return {**_DEFAULTS, "market": msgspec.to_builtins(rules)}


def _allowed_words(error: str) -> str:
    """Return a hint with the allowed words if the error is about an invalid enum value."""
    at = re.search(r"enum value .* - at `\$\.([a-z_.]+)`$", error)
    if at is None:
        return ""
    hint: Any = Settings
    for name in at[1].split("."):
        hint = get_type_hints(hint)[name]
    literals = [part for part in (hint, *get_args(hint)) if get_origin(part) is Literal]
    words = [repr(word) for literal in literals for word in get_args(literal)]
    return f"; it can be {' or '.join(words)}"


def _read(file: Path | None) -> dict[str, Any]:
    if file is None and not DEFAULT_FILE.exists():
        return {}
    path = file or DEFAULT_FILE
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not TOML: {error}") from error


def _set(values: dict[str, Any], name: str, text: str) -> None:
    *sections, key = name.removeprefix(_PREFIX).lower().split("__")
    for section in sections:
        inner = values.setdefault(section, {})
        if not isinstance(inner, dict):
            raise SettingsError(f"{name}: {section} is a value, not a section")
        values = inner
    values[key] = _value(name, text)


def _value(name: str, text: str) -> Any:
    if not text.startswith(("[", "{")):
        return text
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise SettingsError(f"{name} is not JSON: {error}") from error


def _hint(name: str, path: str, known: Mapping[str, Any]) -> str:
    """Return the setting that was probably meant, or all that there are."""
    nested = {
        f"{section}_{key}": f"{section}.{key}"
        for section, inner in known.items()
        if isinstance(inner, dict)
        for key in inner
    }
    alone = [setting for setting in nested.values() if setting.endswith(f".{name}")]
    if 0 < len(alone) <= _MOST_MEANT:  # as in SOLEBOOK_PORT
        return f"did you mean {' or '.join(alone)}? (SOLEBOOK_SECTION__{name.upper()})"
    if meant := nested.get(name):  # as in SOLEBOOK_NATS_URL
        variable = f"{_PREFIX}{meant}".upper().replace(".", "__")
        return f"did you mean {meant}, in a variable {variable}?"
    if close := get_close_matches(name, known, 1):
        return f"did you mean {path}{close[0]}?"
    return f"there are {', '.join(sorted(known))}"


def _with_defaults(values: Any, defaults: Any, path: str = "") -> Any:
    """Return the values, with defaults for those that are missing."""
    if not isinstance(values, dict) or not isinstance(defaults, dict):
        return values
    for name in values:
        if name not in defaults:
            raise SettingsError(f"there is no setting {path}{name}; {_hint(name, path, defaults)}")
    return {
        name: _with_defaults(values[name], default, f"{path}{name}.") if name in values else default
        for name, default in defaults.items()
    }
