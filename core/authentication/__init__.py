"""Authentication of shoes in the warehouse: tasks, checks and verdicts."""
