"""The command `solebook` with a payment provider that takes 50 ms for a charge."""

import asyncio
from typing import Any

from solebook.adapters.embedded.payment_provider import EmbeddedPaymentProvider
from solebook.entrypoints.cli.main import main

SECONDS = 0.05

_charge = EmbeddedPaymentProvider.charge


async def _charge_slowly(provider: EmbeddedPaymentProvider, **order: Any) -> Any:
    await asyncio.sleep(SECONDS)
    return await _charge(provider, **order)


if __name__ == "__main__":
    EmbeddedPaymentProvider.charge = _charge_slowly  # type: ignore[assignment, method-assign]  # for this process
    main()
