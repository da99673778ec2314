"""`python -m casekeeper` is the command `casekeeper`."""

from casekeeper.cli import app

app()
