"""The catalogue: products, their sizes, and the stock that active asks represent."""
