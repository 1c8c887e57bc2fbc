"""What a diagnosis tries of the public address."""

from ..config.settings import Settings
from ..ports.clock import Clock
from ..ports.service_check import ServiceCheck


def check_of_public_address(settings: Settings, clock: Clock) -> ServiceCheck | None:
    """Return what tries the public address, or None if the settings name none."""
    url = settings.http.public_url
    if url is None:
        return None
    from ..adapters.http.check import PublicAddressCheck

    return PublicAddressCheck(url, clock)
