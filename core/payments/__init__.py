"""Where every cent is: charges, escrow, refunds and payouts, in double entry."""
