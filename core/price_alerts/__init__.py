"""Price alerts: who waits for which lowest ask, and when an alert fires."""
