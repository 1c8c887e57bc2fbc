"""How the people of a simulated market behave."""

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
    """What people do, on average; shares and chances go from 0 to 1. Raises ValueError."""

    visits_per_day: float = 1.0
    """How often each trader comes to the market: a Poisson process."""
    dispersion: float = 0.15
    """How far opinions of a pair's worth differ: the standard deviation of their logarithm."""
    impatience: float = 0.3
    """The chance that a visitor deals now, at any price that is acceptable, or not at all."""
    bargaining: float = 0.1
    """The largest share of that price which a visitor who waits holds out for on top."""
    repricing: float = 0.25
    """The chance that a visitor with an open quote changes its amount, and places no other."""
    cancelling: float = 0.05
    """The chance that a visitor with an open quote takes it back, and places no other."""
    cards_declined: float = 0.03
    """The share of visits from which on a buyer's card is declined, until the next visit."""
    pairs_shipped: float = 0.95
    """The share of sellers who ship what they sold; the others let the deadline pass."""
    parcels_arrived: float = 0.99
    """The share of parcels to the warehouse that the carrier does not lose."""
    pairs_authentic: float = 0.97
    """The share of pairs that pass authentication."""
    deliveries_confirmed: float = 0.7
    """The share of buyers who say that their pair arrived; for the others time says it."""
    handling: timedelta = timedelta(hours=12)
    """How long a seller or the warehouse takes for a pair, on average (exponential)."""
    transit: timedelta = timedelta(days=2)
    """How long a parcel is under way, on average (exponential)."""

    def __post_init__(self) -> None:
        for name in _CHANCES:
            chance = getattr(self, name)
            if not 0 <= chance <= 1:
                raise ValueError(f"{name} must be between 0 and 1, not {chance}")
        if self.repricing + self.cancelling > 1:
            raise ValueError("repricing and cancelling must not be more than 1 together")
        if not 0 < self.visits_per_day <= 1_000:
            raise ValueError(
                f"visits_per_day must be above 0 and at most 1000, not {self.visits_per_day}"
            )
        if not 0 <= self.dispersion <= 2:
            raise ValueError(f"dispersion must be between 0 and 2, not {self.dispersion}")
        for name, duration in (("handling", self.handling), ("transit", self.transit)):
            if not timedelta(0) < duration <= timedelta(days=365):
                raise ValueError(f"{name} must be above 0 and at most 365 days, not {duration}")
