"""Keep in which form the search index has words. One that has products is of the first form."""

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "search_index", sa.Column("form", sa.Integer(), nullable=False, server_default="1")
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    tables = ("search_documents_a", "search_documents_b") if is_sqlite else ("search_documents",)
    for table in tables:
        op.execute(f"UPDATE search_index SET form = 0 WHERE EXISTS (SELECT 1 FROM {table})")  # noqa: S608
    op.execute("UPDATE search_index SET form = CASE form WHEN 0 THEN 1 ELSE 2 END")
    if not is_sqlite:
        op.alter_column("search_index", "form", server_default=None)


def downgrade() -> None:
    op.drop_column("search_index", "form")
