"""The demo: the exchange replays sample sales and reports the result."""
