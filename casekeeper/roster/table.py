"""A roster as a table: CSV with a heading, one line per shift, leave or break.

Columns, in any order, others are ignored: `person` (id) or `email`; `start` and `end` (`2026-11-24 09:00` in the person's
local time, `2026-11-24T09:00+01:00`, or `2026-11-24` for whole days, the last included); `kind` (shift, leave or break;
empty: shift). Comma, semicolon and tab part the columns.
"""

import csv
from io import StringIO

from casekeeper.roster.found import Found

DELIMITERS = ",;\t"
WHO = ("person", "email")


def read(text: str, person: str = "") -> Found:
    """The entries of a table; `person` is whose all of it is, for a table that does not say."""
    found = Found()
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)
    heading = lines[0] if lines else ""
    delimiter = max(DELIMITERS, key=heading.count)
    rows = csv.reader(StringIO("".join(lines), newline=""), delimiter=delimiter, strict=True)
    try:
        names = [name.strip().lower() for name in next(rows, [])]
        if missing := _missing(names, person):
            found.problems.append(f"line 1: the heading has no column {missing}; it says {heading.strip()!r}")
            return found
        for row in rows:
            _add(found, names, row, f"line {rows.line_num}", person)
    except csv.Error as error:
        found.problems.append(f"line {rows.line_num}: {error}")
    if not found.entries and not found.problems:
        found.problems.append("line 1: there are no lines below the heading")
    return found


def _missing(names: list[str], person: str) -> str:
    if not person and not set(WHO) & set(names):
        return "person or email"
    return next((name for name in ("start", "end") if name not in names), "")


def _add(found: Found, names: list[str], row: list[str], line: str, person: str) -> None:
    cells = [cell.strip() for cell in row]
    if not any(cells):
        return
    if len(cells) > len(names):
        found.problems.append(f"{line}: {len(cells)} cells, and the heading has {len(names)} columns")
        return
    said = dict(zip(names, cells, strict=False))
    who = person or said.get("person") or said.get("email") or ""
    if not who:
        found.problems.append(f"{line}: it does not say whose it is")
        return
    kind = said.get("kind", "").lower() or "shift"
    facts = {"person": who, "kind": kind, "start": said.get("start", ""), "end": said.get("end", ""), "source": line}
    found.add(facts)
