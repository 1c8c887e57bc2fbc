"""The REST API: routes, who may call them, and how a refusal reads as a problem."""
