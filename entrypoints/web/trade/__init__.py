"""The pages to place, change and cancel bids and asks."""
