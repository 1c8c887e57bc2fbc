"""The background work: relaying messages and turning deadlines into them."""
