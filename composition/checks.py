"""What a diagnosis tries of each service that the settings name."""

from collections.abc import Callable, Mapping, Sequence, Set
from pathlib import Path
from typing import Final, TypeAlias

from ..adapters.system.clock import SystemClock
from ..adapters.system.stopwatch import SystemStopwatch
from ..config.check import SettingsCheck
from ..config.settings import Settings
from ..core.operations.check_services import CheckServices
from ..ports.clock import Clock
from ..ports.language.trials import Failed, Trials
from ..ports.service_check import ServiceCheck
from .certificates import check_of_server, check_of_services
from .charts import check_of_influx
from .messenger_checks import (
    check_of_http_push,
    check_of_sendgrid,
    check_of_smtp,
    check_of_twilio,
    check_of_web_push,
)
from .nats_check import check_of_nats
from .photos import check_of_photos
from .public_address import check_of_public_address
from .redis_adapters import check_of_redis
from .sealing import check_of_encryption
from .sql_checks import check_of_replica, check_of_store
from .stripe_adapters import check_of_stripe
from .tracing import check_of_collector
from .typesense_adapters import check_of_typesense

CheckOf: TypeAlias = Callable[[Settings, Clock], ServiceCheck | None]
"""Returns what tries a service, or None if the settings do not use it."""

CHECKS: Final[Mapping[str, CheckOf]] = {
    "store": check_of_store,
    "replica": check_of_replica,
    "nats": check_of_nats,
    "redis": check_of_redis,
    "typesense": check_of_typesense,
    "influx": check_of_influx,
    "photos": check_of_photos,
    "payments": check_of_stripe,
    "smtp": check_of_smtp,
    "sendgrid": check_of_sendgrid,
    "twilio": check_of_twilio,
    "web_push": check_of_web_push,
    "http_push": check_of_http_push,
    "tracing": check_of_collector,
    "http": check_of_public_address,
    "server": check_of_server,
    "services": check_of_services,
    "encryption": check_of_encryption,
}
"""By service. Each is called as the section of the settings that names it."""


class _NotBuilt(ServiceCheck):
    """Tells why a service cannot be tried: its package or a file of TLS is missing."""

    def __init__(self, service: str, error: Exception) -> None:
        self.service = service
        self._error = error

    def explain(self, error: Exception) -> Failed:
        if isinstance(error, ModuleNotFoundError):
            return Failed(
                f"{error.name} is not installed", "run in the checkout: pip install '.[all]'"
            )
        return Failed(str(error))

    async def __call__(self, trials: Trials) -> None:
        with trials.trying("settings", "correct the setting, or the file"):
            raise self._error


def check_services_of(
    settings: Settings,
    *,
    limit: float,
    only: Set[str] = frozenset(),
    private: Sequence[Path] = (),
    clock: Clock | None = None,
) -> CheckServices:
    """Return what tries the services, `only` those or all, each for `limit` seconds.

    `private` are the files that secrets were read from. Raises ValueError if there is no such
    service in the settings.
    """
    clock = clock or SystemClock()
    checks: dict[str, ServiceCheck] = {"settings": SettingsCheck(settings, private)}
    for service, check_of in CHECKS.items():
        if (check := _built(service, check_of, settings, clock)) is not None:
            checks[service] = check
    if unknown := sorted(only - checks.keys()):
        raise ValueError(
            f"the settings use no {', '.join(unknown)}; there are {', '.join(sorted(checks))}"
        )
    chosen = [check for service, check in checks.items() if not only or service in only]
    return CheckServices(chosen, SystemStopwatch(), limit)


def _built(
    service: str, check_of: CheckOf, settings: Settings, clock: Clock
) -> ServiceCheck | None:
    try:
        return check_of(settings, clock)
    except (ModuleNotFoundError, OSError, ValueError) as error:
        return _NotBuilt(service, error)
