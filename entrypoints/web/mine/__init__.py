"""The pages of what is one's own: the inbox, price alerts, payouts and the portfolio."""
