"""Who may trade: accounts, sign-in, roles, addresses and the means to pay and be paid."""
