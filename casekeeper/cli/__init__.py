"""The command `casekeeper`, one module per group of subcommands."""

from casekeeper.cli.main import app

__all__ = ["app"]
