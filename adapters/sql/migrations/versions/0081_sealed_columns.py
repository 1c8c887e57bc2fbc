"""Make room for sealed values, and find what is sealed by keyed hashes in columns of their own.

Without a key, the hash of a text is the text.
"""

import sqlalchemy as sa
from alembic import op

from solebook.adapters.sql.migrations.parts import index, key, text

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None

_WIDENED = (
    ("users", "email", 320),
    ("addresses", "country", 2),
    ("payment_methods", "last4", 4),
    ("notification_preferences", "phone", 16),
    ("api_tokens", "name", 60),
)
_LOOKUPS = (
    ("users", "email"),
    ("payment_methods", "token"),
    ("payment_methods", "fingerprint"),
    ("seller_accounts", "account"),
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":  # SQLite does not look at the length
        for table, column, _ in _WIDENED:
            op.alter_column(table, column, type_=sa.String())
    for table, column in _LOOKUPS:
        op.add_column(table, text(f"{column}_lookup", nullable=True))
        op.execute(f"UPDATE {table} SET {column}_lookup = {column}")  # noqa: S608  # names of this file
    op.create_index("ix_users_email_lookup", "users", ["email_lookup"], unique=True)
    op.create_index(
        "ix_payment_methods_user_id_token_lookup",
        "payment_methods",
        ["user_id", "token_lookup"],
        unique=True,
    )
    op.drop_index("ix_payment_methods_user_id_fingerprint", "payment_methods")
    index("payment_methods", "user_id", "fingerprint_lookup")
    op.drop_index("ix_seller_accounts_account", "seller_accounts")
    index("seller_accounts", "account_lookup")
    op.create_table("sealing_keys", text("id"), key("sealing_keys", "id"), sqlite_with_rowid=False)


def downgrade() -> None:
    op.drop_table("sealing_keys")
    op.drop_index("ix_seller_accounts_account_lookup", "seller_accounts")
    index("seller_accounts", "account")
    op.drop_index("ix_payment_methods_user_id_fingerprint_lookup", "payment_methods")
    index("payment_methods", "user_id", "fingerprint")
    op.drop_index("ix_payment_methods_user_id_token_lookup", "payment_methods")
    op.drop_index("ix_users_email_lookup", "users")
    for table, column in _LOOKUPS:
        op.drop_column(table, f"{column}_lookup")
    if op.get_bind().dialect.name == "postgresql":
        for table, column, length in _WIDENED:
            op.alter_column(table, column, type_=sa.String(length))
