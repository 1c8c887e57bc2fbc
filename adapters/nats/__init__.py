"""NATS: the network between the processes of an exchange."""
