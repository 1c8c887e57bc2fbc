"""The behaviour of the people in a simulated market."""

from dataclasses import dataclass
from datetime import timedelta

_CHANCES = (
    "impatience",
    "bargaining",
    "repricing",
    "cancelling",
    "cards_declined",
    "pairs_shipped",
    "parcels_arrived",
    "pairs_authentic",
    "deliveries_confirmed",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """Average behaviour. Shares and chances are from 0 to 1. Raises ValueError."""

    visits_per_day: float = 1.0
    """How often each trader comes to the market: a Poisson process."""
    dispersion: float = 0.15
    """How much opinions of a pair's worth differ: the standard deviation of their logarithm."""
    impatience: float = 0.3
    """The chance that a visitor wants to trade at once, at any acceptable price, or not at all."""
    bargaining: float = 0.1
    """The largest discount or premium, as a share of that price, that a patient visitor asks."""
    repricing: float = 0.25
    """The chance that a visitor with an open quote changes its amount instead of placing one."""
    cancelling: float = 0.05
    """The chance that a visitor with an open quote cancels it instead of placing one."""
    cards_declined: float = 0.03
    """The share of visits to which a buyer brings a declined card, kept until the next visit."""
    pairs_shipped: float = 0.95
    """The share of sellers who ship. The others let the deadline pass."""
    parcels_arrived: float = 0.99
    """The share of parcels that arrive at the warehouse. The carrier loses the others."""
    pairs_authentic: float = 0.97
    """The share of pairs that pass authentication."""
    deliveries_confirmed: float = 0.7
    """The share of buyers who confirm the delivery. For the others it is assumed later."""
    handling: timedelta = timedelta(hours=12)
    """The mean time that a seller or the warehouse takes for a pair (exponential)."""
    transit: timedelta = timedelta(days=2)
    """The mean time that a parcel is in transit (exponential)."""

    def __post_init__(self) -> None:
        for name in _CHANCES:
            chance = getattr(self, name)
            if not 0 <= chance <= 1:
                raise ValueError(f"{name} must be between 0 and 1, not {chance}")
        if self.repricing + self.cancelling > 1:
            raise ValueError("repricing plus cancelling must not be more than 1")
        if not 0 < self.visits_per_day <= 1_000:
            raise ValueError(
                f"visits_per_day must be above 0 and at most 1000, not {self.visits_per_day}"
            )
        if not 0 <= self.dispersion <= 2:
            raise ValueError(f"dispersion must be between 0 and 2, not {self.dispersion}")
        for name, duration in (("handling", self.handling), ("transit", self.transit)):
            if not timedelta(0) < duration <= timedelta(days=365):
                raise ValueError(f"{name} must be above 0 and at most 365 days, not {duration}")
