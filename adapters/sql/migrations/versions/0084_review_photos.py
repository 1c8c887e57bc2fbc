"""Keep which photos a review has."""

from alembic import op

from solebook.adapters.sql.migrations.parts import id_column, index, instant, key, refers

revision = "0084"
down_revision = "0083"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "review_photos",
        id_column("id"),
        id_column("task_id"),
        id_column("order_id"),
        instant("added_at"),
        key("review_photos", "id"),
        refers("review_photos", "task_id", "authentication_tasks"),
    )
    index("review_photos", "task_id")
    index("review_photos", "order_id")


def downgrade() -> None:
    op.drop_table("review_photos")
