"""What a diagnosis tries of the exchange's own certificates and keys."""

from ...ports.cipher import Cipher
from ...ports.clock import Clock
from ...ports.language.text import counted
from ...ports.language.trials import Failed, Trials
from ...ports.service_check import ServiceCheck
from .server_certificate import ServerCertificate

_ENOUGH = 14
"""Days within which somebody renews a certificate whose renewal has failed."""


class CertificateCheck(ServiceCheck):
    """Looks at the certificate with which this machine serves."""

    def __init__(self, service: str, certificate: ServerCertificate, clock: Clock) -> None:
        self.service = service
        self._certificate = certificate
        self._clock = clock

    def explain(self, error: Exception) -> Failed:
        return Failed(str(error) or type(error).__name__)

    async def __call__(self, trials: Trials) -> None:
        with trials.trying("certificate", "renew it, and see why that was not done") as trial:
            left = (self._certificate.pair.expires - self._clock.now()).days
            trial.found = f"has its key, and is valid for {counted(left, 'more day')}"
            if left < _ENOUGH:
                trial.warn(trial.found)


class CipherCheck(ServiceCheck):
    """Seals a value and opens it again."""

    service = "encryption"

    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher

    def explain(self, error: Exception) -> Failed:
        return Failed(str(error) or type(error).__name__)

    async def __call__(self, trials: Trials) -> None:
        with trials.trying("keys", "correct encryption.keys and encryption.current") as trial:
            sealed = self._cipher.seal("check", "1", "a value")
            if self._cipher.open("check", "1", sealed) != "a value":
                raise Failed("what is sealed does not open")
            keys = counted(len(self._cipher.keys), "key")
            trial.found = f"{keys}, {self._cipher.current!r} seals"
            if self._cipher.current is None:
                trial.warn(
                    f"{keys}, none of which seals",
                    "set encryption.current, or keep the keys until `admin rotate-keys` has ended",
                )
