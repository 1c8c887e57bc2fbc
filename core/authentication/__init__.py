"""Whether the shoes are real: the tasks, checks and verdicts of the warehouse."""
