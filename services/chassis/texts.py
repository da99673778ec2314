"""Texts in the languages of people: gettext catalogues, one `.po` file each in a package's `locale/`, read at the start."""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE_LANGUAGE = "en"


@cache
def catalogues(package: str) -> dict[str, NullTranslations]:
    """Every language's texts; English is the language of the sources."""
    found: dict[str, NullTranslations] = {SOURCE_LANGUAGE: NullTranslations()}
    for each in files(package).joinpath("locale").iterdir():
        language, _, ending = each.name.rpartition(".")
        if ending == "po":
            catalogue = read_po(BytesIO(each.read_bytes()), locale=language)
            compiled = BytesIO()
            write_mo(compiled, catalogue)
            found[language] = GNUTranslations(BytesIO(compiled.getvalue()))
    return found
