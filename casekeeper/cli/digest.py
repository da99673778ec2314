"""`casekeeper digest`: the weekly digest of a brand, as a page and as a PDF (F7)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from casekeeper.cli.figures import DatabaseOption, MongoOption, run_on, store_of
from casekeeper.cli.options import DEFAULT_FOLDER, DEFAULT_ORGANISATION, FolderOption, JsonOption, OrganisationOption

if TYPE_CHECKING:  # the rest is imported where it is used: `--help` shall not wait for the whole system
    from services.chassis.clock import Clock
    from services.chassis.mongo import Database
    from services.followup.domain.digest import Digest


def digest(
    brand: Annotated[str, typer.Option(help="The brand's id.")],
    week: Annotated[str, typer.Option(help="A week of ISO 8601, as 2026-W47.")],
    out: Annotated[Path, typer.Option(help="The folder to write to; made where it is not there.")],
    language: Annotated[Literal["en", "nl"], typer.Option(help="Of the page and the PDF.")] = "en",
    mongo: MongoOption = "",
    database: DatabaseOption = "casekeeper-",
    org: OrganisationOption = DEFAULT_ORGANISATION,
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Write the digest of a brand's week as HTML and PDF: as it was sent, or else as it would be now."""
    store, clock = store_of(mongo, database, folder)
    found = run_on(store, _find(store, clock, org, brand, week))
    places = _write(found, org, out, language)
    if as_json:
        typer.echo(found.model_dump_json())
        return
    for each in places:
        typer.echo(f"{each}")


async def _find(store: "Database", clock: "Clock", org: Path, brand: str, week: str) -> "Digest":
    """Raises ValueError, NotInOrganisation and Unavailable, with what is wrong."""
    from schemas.organisation_file import load
    from services.followup.domain.windows import Window, zone_of
    from services.followup.handlers.digest import Making
    from services.followup.store.figures import Timetable

    organisation = load(org)
    known = organisation.brand(brand)
    window = Window.week(zone_of(organisation, known), week)
    if window.start > clock.now():
        raise ValueError(f"the week {week} has not begun")
    return await Making(store, clock, Timetable(store, organisation)).find(known, window)


def _write(found: "Digest", org: Path, out: Path, language: str) -> list[Path]:
    from schemas.organisation_file import load
    from services.followup.gateway.digest_html import page
    from services.followup.gateway.digest_pdf import document
    from services.followup.gateway.digest_words import sheet
    from services.followup.gateway.words import Words

    told = sheet(found, Words(load(org), language))
    out.mkdir(parents=True, exist_ok=True)
    places = [out / f"{found.brand}-{found.week}.{ending}" for ending in ("html", "pdf")]
    places[0].write_text(page(told), encoding="utf-8")
    places[1].write_bytes(document(told))
    return places
