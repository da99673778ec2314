"""The `casekeeper` command and what it runs: the one-machine stack, the autopilot, the demonstration, the checker."""
