"""Keep the places from which users signed in."""

from alembic import op

from solebook.adapters.sql.migrations.parts import document, id_column, key, refers

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "known_places",
        id_column("user_id"),
        document("places"),
        key("known_places", "user_id"),
        refers("known_places", "user_id", "users"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("known_places")
