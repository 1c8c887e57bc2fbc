"""A typed client of the services, over NATS or gRPC. It needs nothing else of solebook."""
