"""A guided tour: the exchange fed with sample sales, and a report of what it did."""
