"""A payment provider that moves no real money but forgets nothing, for an exchange on its own."""
