"""What the people who run the exchange must look at: alarms, until they are over."""
