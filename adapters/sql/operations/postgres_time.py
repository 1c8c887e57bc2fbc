"""The time of PostgreSQL."""

from sqlalchemy import func, select

from ..engine.statement import Statement
from ..schema.columns import Instant

NOW = Statement(select(func.clock_timestamp(type_=Instant).label("now")))
"""The time at which it is asked, also in a transaction that has waited."""
