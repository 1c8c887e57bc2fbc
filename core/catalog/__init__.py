"""What can be traded: products, their sizes, and the stock that active asks stand for."""
