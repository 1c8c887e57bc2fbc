"""Market data: the tape of sales, candles and statistics."""
