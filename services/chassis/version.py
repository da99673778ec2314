"""Which Casekeeper this is; the same as in `pyproject.toml`, which is not there where only the code was copied to."""

VERSION = "0.1.0"
