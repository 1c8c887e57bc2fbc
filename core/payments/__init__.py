"""Charges, escrow, refunds and payouts, kept in a double-entry ledger."""
