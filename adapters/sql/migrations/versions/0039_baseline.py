"""The whole schema, on SQLite and PostgreSQL.

An empty database begins here. A SQLite file that is older is brought here by the revisions in
`before/`, the last of which has the same number.
"""

from solebook.adapters.sql.migrations import baseline

revision = "0039"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    baseline.create()


def downgrade() -> None:
    baseline.drop()
