"""The table of leases."""

from sqlalchemy import BigInteger, Column, String, Table

from .columns import Instant, metadata, positive

leases = Table(
    "leases",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("expires_at", Instant, nullable=False),
    positive("epoch"),
)
