"""Every decision of the exchange, one folder per bounded context, with no technology in it."""
