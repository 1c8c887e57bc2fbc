"""What the market has done: the tape of sales, candles and statistics."""
