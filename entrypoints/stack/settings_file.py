"""The settings of a stack's exchange: a file to read and to change, and one with the secrets."""

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .private_file import write_private
from .processes import HTTP, TOGETHER

_SETTINGS = """\
# Settings of the exchange that `solebook stack` runs in this folder. The stack wrote this file at
# its first start. Change it as you like, and start the stack again; all settings are in
# docs/configuration.md. Later the stack only replaces ports that others have taken.
#
# Passwords and keys are in secrets.env, which only you can read. For a command on this exchange:
#   set -a; . {folder}/secrets.env; set +a
#   solebook admin solvency --config {folder}/solebook.toml
#
# Which process runs which roles, unless the stack is started with --spread:
{roles}

folder = {files}

[server]
port = {http_1}                  # of the first process with HTTP; the second one has {http_2}

[http]
public_url = "http://127.0.0.1:{http_1}"   # or that of the nginx in front of both

[encryption]
keys = [{{ id = "1", file = {sealing_key} }}]   # without it, nobody can read personal data again
current = "1"

[nats]
url = "nats://127.0.0.1:{nats}"
user = "{user}"
connect_timeout = 10           # many processes start at once

[redis]
url = "redis://127.0.0.1:{valkey}"

[typesense]
url = "http://127.0.0.1:{typesense}"
fallback = "store"
{influx_section}
{payments_section}
"""
_INFLUX = """
[influx]
url = "http://127.0.0.1:{influx_shim}"   # a shim in front of InfluxDB 1.6
user = "{user}"
"""
_DOUBLE = """\
[payments]
adapter = "stripe"
api_url = "http://127.0.0.1:{stripe}"    # our double of Stripe; no money moves
onboarding_return_url = "http://127.0.0.1:{http_1}/account/payout-account"  # ours"""
_STRIPE = """\
[payments]
adapter = "stripe"                 # with a key of test mode; no money moves
onboarding_return_url = "http://127.0.0.1:{http_1}/account/payout-account"  # ours"""
_EMBEDDED = """\
[payments]
adapter = "embedded"               # the built-in provider, whose books all processes share
journal = {journal}"""
_PORT = re.compile(r"(127\.0\.0\.1:|^port = |one has )(\d+)", re.MULTILINE)
USER = "solebook"
SETTINGS, SECRETS = "solebook.toml", "secrets.env"
SEALING_KEY = "sealing-key"
"""The file with the key that seals personal data."""
DOUBLES_KEY = "sk_test_double"


@dataclass(frozen=True, slots=True)
class Payments:
    """Which provider takes payments, at the first start."""

    kind: str = "double"
    """`double`, `stripe` or `embedded`."""
    key: str = field(default=DOUBLES_KEY, repr=False)
    webhook_secret: str = field(default="", repr=False)
    """What signs Stripe's webhooks. A secret is generated for the double."""


def write_settings(
    folder: Path, ports: Mapping[str, int], payments: Payments, *, more: str = ""
) -> None:
    """Write the settings for the first start. `more` are further sections."""
    sections = {"double": _DOUBLE, "stripe": _STRIPE, "embedded": _EMBEDDED}
    words: dict[str, object] = {**ports, "user": USER, "folder": folder}
    words["roles"] = "\n".join(_lines_of_roles())
    words["sealing_key"] = json.dumps(str(folder / SEALING_KEY))
    words["files"] = json.dumps(str(folder / "files"))
    words["journal"] = json.dumps(str(folder / "files" / "provider.sqlite3"))
    words["influx_section"] = _INFLUX.format(**words) if "influx_shim" in ports else ""
    words["payments_section"] = sections[payments.kind].format(**words)
    write_private(folder / SETTINGS, _SETTINGS.format(**words) + more)


def _lines_of_roles() -> Iterator[str]:
    for name, roles in {**dict.fromkeys(HTTP, ("http",)), **TOGETHER}.items():
        yield f"#   {name:<9} {', '.join(roles)}"


def write_secrets(folder: Path, ports: Mapping[str, int], payments: Payments) -> None:
    """Write generated secrets for the first start."""
    postgres = secrets.token_hex(16)
    lines = {
        "STORE__URL": f"postgresql://{USER}:{postgres}@127.0.0.1:{ports['postgres']}/{USER}",
        "NATS__PASSWORD": secrets.token_hex(16),
        "REDIS__PASSWORD": secrets.token_hex(16),
        "TYPESENSE__API_KEY": secrets.token_hex(16),
    }
    if "influx_shim" in ports:
        lines["INFLUX__PASSWORD"] = secrets.token_hex(16)
    if payments.kind != "embedded":
        lines["PAYMENTS__API_KEY"] = payments.key
        secret = payments.webhook_secret or f"whsec_{secrets.token_hex(16)}"
        lines["PAYMENTS__WEBHOOK_SECRET"] = secret
    text = "".join(f"SOLEBOOK_{name}={value}\n" for name, value in lines.items())
    write_private(folder / SECRETS, text)
    write_private(folder / SEALING_KEY, secrets.token_urlsafe(48))


@contextmanager
def removed_if_wrong(folder: Path) -> Iterator[None]:
    """Remove the files of a first start if the block raises, so that the next one is the first."""
    try:
        yield
    except BaseException:
        for name in (SETTINGS, SECRETS, SEALING_KEY):
            (folder / name).unlink(missing_ok=True)
        raise


def read_secrets(folder: Path) -> dict[str, str]:
    """Return the variables of the file. Raises OSError."""
    lines = (folder / SECRETS).read_text().splitlines()
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def move_ports(folder: Path, moved: Mapping[int, int]) -> None:
    """Replace ports in both files."""
    for file in (folder / SETTINGS, folder / SECRETS):
        text = file.read_text()
        new = _PORT.sub(lambda found: _moved(found, moved), text)
        if new != text:
            write_private(file, new)


def _moved(found: re.Match[str], moved: Mapping[int, int]) -> str:
    before, port = found[1], int(found[2])
    return f"{before}{moved.get(port, port)}"
