"""How many orders a second a deployment bears, computed from what an order costs, and tried."""
