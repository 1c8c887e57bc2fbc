"""Why a server on the network was not reached, and whether others could listen.

No text has a secret.
"""

import socket
import ssl
from collections.abc import Iterable, Iterator

from ...ports.language.hosts import is_near
from ...ports.language.trials import Failed, Trials

_OTHER_HOST = (62, 64)
"""OpenSSL's codes for a certificate of another host, by name and by address."""
_NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNEXPECTED_EOF_WHILE_READING")


def why_unreached(error: BaseException, where: str) -> Failed | None:
    """Return why a server at `where` was not reached, or None if no network is the cause."""
    for cause in causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _of_certificate(cause)
        if isinstance(cause, ssl.SSLError) and cause.reason in _NO_TLS:
            return Failed(
                f"{where} speaks no TLS", "turn TLS on at the server, or correct the URL's scheme"
            )
        if isinstance(cause, ssl.SSLError):
            return Failed(f"TLS failed: {cause.reason}", "compare the certificates on both sides")
        if isinstance(cause, socket.gaierror):
            return Failed(f"no address is known for {where}", "correct the host's name, or DNS")
        if isinstance(cause, ConnectionRefusedError):
            return Failed(f"nothing listens at {where}", "start the server, or correct its address")
        if isinstance(cause, TimeoutError):
            return Failed(
                f"{where} does not answer in time",
                "look whether the server hangs, or a firewall drops what is sent",
            )
    return None


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, what caused it, and what caused that."""
    seen: set[int] = set()
    left: list[BaseException] = [error]
    while left:
        one = left.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, BaseExceptionGroup):
            left += one.exceptions
        left += [each for each in (one.__cause__, one.__context__) if each is not None]


def _of_certificate(error: ssl.SSLCertVerificationError) -> Failed:
    found = error.verify_message.rstrip(".")
    if error.verify_code in _OTHER_HOST:
        return Failed(
            f"the certificate is another host's: {found}", "use the name that the certificate has"
        )
    return Failed(
        f"the certificate cannot be verified: {found}",
        "name the file of the CA that has signed it, or renew it",
    )


def look_at_encryption(trials: Trials, hosts: Iterable[str], encrypted: str, advice: str) -> None:
    """Say whether others can listen to what is sent to these hosts.

    `encrypted` says how it is encrypted, and is empty if it is not.
    """
    with trials.trying("TLS", advice, is_needed=False) as trial:
        trial.found = encrypted or "none, on this machine or its private network"
        if not encrypted and not all(map(is_near, hosts)):
            trial.fail("none, so passwords and data cross the network in the clear")
