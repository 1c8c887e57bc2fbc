"""The URL of a PostgreSQL database, and its TLS options."""

import re
import ssl
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

SCHEMES = ("postgresql", "postgresql+asyncpg", "postgres")
MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
"""What `sslmode` can be: no TLS; TLS if only that works; TLS if possible; always TLS; and a
certificate that a known CA has signed; and for the name of the host."""
_INVALID = (
    "the URL of the database is invalid: are special characters in the user and the password"
    " percent-encoded?"
)
_UNSUPPORTED = (
    "channel_binding",
    "connect_timeout",
    "fallback_application_name",
    "gssdelegation",
    "gssencmode",
    "hostaddr",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "load_balance_hosts",
    "max_protocol_version",
    "min_protocol_version",
    "oauth_client_id",
    "oauth_client_secret",
    "oauth_issuer",
    "oauth_scope",
    "replication",
    "require_auth",
    "requirepeer",
    "requiressl",
    "scram_client_key",
    "scram_server_key",
    "sslcertmode",
    "sslcompression",
    "sslcrldir",
    "sslkeylogfile",
    "sslsni",
    "tcp_user_timeout",
)
"""Options of libpq that asyncpg does not know. It would take them for settings of the server."""
_INSTEAD = {
    "connect_timeout": "store.connect_timeout",
    "hostaddr": "host",
    "requiressl": "sslmode=require",
}
_NUL = "%00"
_SESSIONS = ("any", "primary", "read-write", "standby", "read-only", "prefer-standby")
"""What `target_session_attrs` can be."""
_HOST = re.compile(r"(\[[^\]]*\]|[^\[\]:]*)(:\d+)?")


def data_source(url: str) -> str:
    """Return asyncpg's form of a URL such as postgresql://user:password@host/database.

    Its query may have the options of libpq. Raises ValueError if it is invalid, or if a file of its
    TLS options is. No part of a password is in the error.
    """
    scheme, _, rest = url.partition("://")
    if scheme not in SCHEMES:
        raise ValueError(f"{scheme} is not a database of PostgreSQL")
    source = f"postgresql://{rest}"
    options = _options(source)
    _check_options(options)
    _check_tls(options)
    return source


def hosts_of(source: str) -> str:
    """Return where the servers of a valid URL are."""
    parts = urlsplit(source)
    return _options(source).get("host") or parts.netloc.rpartition("@")[2] or "the local socket"


def _options(source: str) -> Mapping[str, str]:
    """Return the options in the query. Raises ValueError if any part of the URL is invalid."""
    # The errors of the libraries quote the part that is wrong, which may be of a password.
    try:
        parts = urlsplit(source)
        options = parse_qs(parts.query, strict_parsing=True) if parts.query else {}
    except ValueError:
        raise ValueError(_INVALID) from None
    credentials, _, hosts = parts.netloc.rpartition("@")
    misplaced = "@" in credentials or "@" in parts.path or parts.fragment or _NUL in source
    if misplaced or not all(_HOST.fullmatch(host) for host in hosts.split(",")):
        raise ValueError(_INVALID)
    return {name: values[-1] for name, values in options.items()}


def _check_options(options: Mapping[str, str]) -> None:
    """Raise ValueError for options that would mean something else, or nothing, to asyncpg."""
    for name in options:
        if name in _UNSUPPORTED:
            instead = f": use {_INSTEAD[name]}" if name in _INSTEAD else ": leave it out"
            raise ValueError(f"the URL's option {name} is not supported{instead}")
    sessions = options.get("target_session_attrs", "any")
    if sessions not in _SESSIONS:
        raise ValueError(
            f"target_session_attrs can be {', '.join(_SESSIONS[:-1])} or {_SESSIONS[-1]}, not"
            f" {sessions!r}"
        )
    for port in options.get("port", "").split(","):
        if port and not (port.isascii() and port.isdigit()):
            raise ValueError(f"the URL's port is no number: {port!r}")


def _check_tls(options: Mapping[str, str]) -> None:
    """Raise ValueError if the mode or a file cannot be used. asyncpg would not say which file."""
    mode = options.get("sslmode", "prefer")
    if mode not in MODES:
        raise ValueError(f"sslmode can be {', '.join(MODES[:-1])} or {MODES[-1]}, not {mode!r}")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if authority := options.get("sslrootcert"):
        try:
            context.load_verify_locations(cafile=authority)
        except ssl.SSLError:
            raise ValueError(f"sslrootcert: {authority} has no certificates") from None
        except OSError as error:
            raise ValueError(f"sslrootcert: {authority} cannot be read: {error.strerror}") from None
    if certificate := options.get("sslcert"):
        key, password = options.get("sslkey"), options.get("sslpassword", "")
        try:
            context.load_cert_chain(certificate, key, password=lambda: password)
        except ssl.SSLError as error:
            raise ValueError(
                f"sslcert: {certificate} and sslkey: {key} are not a certificate and its key"
                f" ({error.reason})"
            ) from None
        except OSError as error:
            raise ValueError(
                f"sslcert: {certificate} or sslkey: {key} cannot be read: {error.strerror}"
            ) from None
    elif "sslkey" in options:
        raise ValueError("sslkey needs sslcert")
