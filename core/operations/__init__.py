"""Running the exchange: alarms, dead letters, the audit log and downtime."""
