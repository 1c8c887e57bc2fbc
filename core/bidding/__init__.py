"""The market itself: bids and asks, their books, and the engine that matches them."""
