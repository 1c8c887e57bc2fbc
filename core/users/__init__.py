"""Users: accounts, sign-in, roles, addresses, payment methods and payout accounts."""
