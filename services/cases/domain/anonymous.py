"""A text without what would tell who wrote it, to whom, or about which order: for practice on real cases (P6).

It would rather mask too much than too little: the number of a model may go with the number of an order. What no pattern can
know, such as the name of a neighbour in the middle of a sentence, the coach names (`also`).
"""

from collections.abc import Iterable

import regex

_NAME = r"\p{Lu}[\p{L}'’\-]+(?:[ \t]+(?:(?:van|de|der|den|von|di|da|del|la|le)[ \t]+)*\p{Lu}[\p{L}'’\-]+){0,3}"
_TITLE = (
    r"(?i:mr|mrs|ms|miss|dr|prof|meneer|mevrouw|mw|dhr|heer|herrn?|frau|monsieur|madame|mme|mlle|señora?|sra?|signor[ae]?"
    r"|sig|sig\.ra|senhora?)"
)
_GREETING = (
    r"(?i:hi|hello|hey|dear|good (?:morning|afternoon|evening)|beste|hoi|hallo|dag|geachte|lieve|goede(?:morgen|middag|navond)"
    r"|liebe[rs]?|guten (?:tag|morgen|abend)|sehr geehrte[rs]?|bonjour|bonsoir|cher|chère|salut|hola"
    r"|buen[oa]s (?:días|tardes|noches)|estimad[oa]|querid[oa]"
    r"|ciao|buongiorno|buonasera|gentile|car[oa]|olá|oi|bom dia|boa (?:tarde|noite)|prezad[oa])"
)
_INTRODUCTION = (
    r"(?i:my name(?:'s| is)|i am called|i'm called|mijn naam is|ik heet|ich hei(?:ß|ss)e|mein name ist|je m['’]appelle"
    r"|mon nom est|me llamo|mi nombre es|mi chiamo|il mio nome è|chamo-me|me chamo|(?:o )?meu nome é)"
)
_REGARDS = (
    r"(?i:(?:with )?(?:kind(?:est)?|best|warm(?:est)?)[ ]+(?:regards|wishes)|regards|cheers|yours"
    r"|(?:yours )?(?:sincerely|faithfully|truly)"
    r"|(?:met )?(?:de )?(?:vriendelijke |hartelijke |lieve |warme )?groet(?:en|jes)?|hoogachtend|gr|mvg"
    r"|(?:mit )?(?:viele|liebe|beste|freundliche|herzliche|schöne)[nm]?[ ]+gr(?:ü|ue)(?:ß|ss)(?:en?)?|gr(?:ü|ue)(?:ß|ss)e?"
    r"|hochachtungsvoll|mfg|lg|vg|(?:bien )?cordialement|bien à vous|(?:sincères |meilleures )?salutations|amicalement"
    r"|(?:un (?:cordial )?)?saludos?|atentamente|un abrazo|(?:cordiali |distinti |tanti )?saluti|cordialmente"
    r"|(?:com os melhores )?cumprimentos|atenciosamente|atentamente|(?:um )?abraços?)"
)
_THANKS = r"(?i:(?:many )?thanks|thank you|(?:alvast )?bedankt|dank(?:e| je| u)|merci|gracias|grazie|obrigad[oa])"
_FAREWELL = rf"(?:{_REGARDS}|{_THANKS})"
_PAUSE = r"[ \t,.!]*(?:\n[ \t]*){0,2}(?:(?i:van|von|from|de|da|di)[ \t]+)?"
_END = r"(?=[ \t.!]*(?:\n|$))"
_LABEL = (
    r"(?i:\w*(?:order|bestel|klant|factuur|invoice|customer|ticket|case|kenmerk|serie|serial|bestell|kunden|rechnung|vorgang|commande"
    r"|client|facture|pedido|factura|cliente|ordine|fattura|encomenda|fatura|tracking|pakket|parcel|paket)\p{L}*)"
    r"(?:[ \t]*(?i:nummer|number|nr|no|nº|n°|num(?:éro|ero|mer)?|id))?[ \t]*[.:#\-]{0,2}[ \t]*"
)
_STREET = (
    r"\p{Lu}[\p{L}.'’\-]*(?i:straat|laan|weg|plein|gracht|kade|dijk|singel|steeg|hof|straße|strasse|str\.|platz|allee|gasse)"
    r"[ \t]+\d+[ \t]?\p{L}?\b"
    r"|\d+[ \t]+(?:\p{Lu}[\p{L}'’]+[ \t]+){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Close|Way|Square|Court)\b\.?"
    r"|\d+(?:[ \t]?bis)?,?[ \t]+(?i:rue|avenue|boulevard|place|chemin|allée|quai|impasse)[ \t]+[^\n,.;]{2,40}"
    r"|\b(?i:calle|avenida|avda\.?|plaza|paseo|via|viale|piazza|corso|rua|praça|travessa|largo)[ \t]+[^\n.;\d]{2,40}"
    r"[ \t,]+(?:n\.?º?[ \t]*)?\d+"
)
_POSTCODE = (
    r"\b\d{4}[ \t]?[A-Z]{2}\b|\b[A-Z]{1,2}\d[A-Z\d]?[ \t]\d[A-Z]{2}\b|\b[A-Z]\d[A-Z][ \t]?\d[A-Z]\d\b|\b\d{4}-\d{3}\b"
    r"|\b\d{5}(?=[ \t]+\p{Lu}\p{Ll})"
)
_PLACE = r"(?:[ \t,]+\p{Lu}[\p{L}'’\-]+(?:[ \t]+\p{Lu}[\p{L}'’\-]+)?)?"
_AMOUNT = (
    r"(?:[€$£]|(?i:eur|usd|gbp))[ \t]?\d[\d.,]*|\b\d[\d.,]*[ \t]?(?:[€$£]|(?i:euros?|eur|usd|gbp|pounds?|dollars?)\b)"
)
_DATE = r"\b(?:\d{4}[\-/.]\d{1,2}[\-/.]\d{1,2}|\d{1,2}[\-/.]\d{1,2}[\-/.](?:\d{4}|\d{2}))\b"
_MAIL = r"[^\s@<>()\[\]\"',;:]+@[^\s@<>()\[\]\"',;:]+\.\p{L}{2,}"
_DIGITS = r"(?<![\w])[+(]{0,2}\d(?:[ \t().\-/]{0,2}\d){4,}(?!\w)"
_CODE = r"\b(?=[\p{L}\d\-/]*\d[\p{L}\d\-/]*\d[\p{L}\d\-/]*\d[\p{L}\d\-/]*\d)[\p{L}\d][\p{L}\d\-/]{4,}\b"

_ACCOUNT = r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Hangul}]")
SHORTEST = 2
"""Names of so many letters are masked as they are written only: in lower case they are words."""

_THINGS = regex.compile(
    rf"(?P<link>(?i:https?://|www\.)\S+)|(?P<mail>{_MAIL})|(?P<handle>(?<!\w)@\w[\w.]*)|(?P<kept>{_AMOUNT})|(?P<date>{_DATE})"
    rf"|(?P<address>(?:{_STREET})(?:[ \t,\n]+(?:{_POSTCODE}))?{_PLACE}|(?:{_POSTCODE}){_PLACE})"
    rf"|(?:{_LABEL})(?P<number>\d[\w\-/]*)|(?P<hash>\#\d+)|(?P<account>{_ACCOUNT})|(?P<digits>{_DIGITS})|(?P<code>{_CODE})"
)
_MASKS = {"link": "[link]", "mail": "[mail]", "handle": "[handle]", "date": "[date]", "address": "[address]"}
_CALLED = regex.compile(
    rf"(?<!\w)(?:(?:{_GREETING})[ \t,]+(?:(?:{_TITLE})\.?[ \t]+)?|(?:{_INTRODUCTION})[ \t]+|(?:{_TITLE})\.?[ \t]+)"
    rf"(?P<name>{_NAME})"
    rf"|(?<!\w)(?:{_FAREWELL}){_PAUSE}(?P<signed>{_NAME}){_END}|(?P<initials>(?<=^|\n)[ \t]*\^\w+)"
)
_SIGNED = regex.compile(
    rf"(?<!\w)(?:(?:{_INTRODUCTION})[ \t]+(?P<name>{_NAME})|(?:{_FAREWELL}){_PAUSE}(?P<signed>{_NAME}){_END}"
    rf"|(?:{_REGARDS})[ \t]*(?:,|\n)[ \t\n]*(?P<small>\p{{Ll}}[\p{{L}}'’\-]+){_END})"
)
"""How somebody says who they are. After regards and a comma also a lone word in small letters: "groetjes, jan"."""


class Masker:
    """Masks texts of one case. `private` are names that are known; `public` are names that may stay, as those of brands."""

    def __init__(self, private: Iterable[str], public: Iterable[str] = ()) -> None:
        self._public = {name.casefold() for name in public}
        wanted = {name.strip().removeprefix("@") for name in private} - {""}
        wanted = {name for name in wanted if name.casefold() not in self._public}
        self._names = _pattern((name for name in wanted if len(name) > SHORTEST), regex.IGNORECASE)
        self._short = _pattern(name for name in wanted if len(name) == SHORTEST and name[0].isupper())

    def masked(self, text: str) -> str:
        """The text with a word in brackets for each thing that is nobody's business."""
        text = _THINGS.sub(_mask, text)
        for names in (self._names, self._short):
            text = names.sub("[name]", text) if names else text
        return _CALLED.sub(self._name, text)

    def _name(self, found: regex.Match[str]) -> str:
        group = found.lastgroup or "name"
        told = found[group]
        if told.casefold() in self._public or told.casefold().removeprefix("team ") in self._public:
            return str(found[0])
        before = found[0][: found.start(group) - found.start()]
        return f"{before}[name]{found[0][found.end(group) - found.start() :]}"


def signers(text: str) -> tuple[str, ...]:
    """The names with which a text is signed, or by which its author says what they are called, in their order."""
    return tuple(found[found.lastgroup or "name"] for found in _SIGNED.finditer(text))


def unsigned(text: str) -> str:
    """The text with a word in brackets for each name with which somebody signs or says what they are called."""

    def without(found: regex.Match[str]) -> str:
        start, end = found.span(found.lastgroup or "name")
        return f"{found[0][: start - found.start()]}[name]{found[0][end - found.start() :]}"

    return _SIGNED.sub(without, text)


def _pattern(names: Iterable[str], flags: int = 0) -> regex.Pattern[str] | None:
    """These names as whole words, in scripts without spaces anywhere, with a genitive's s. None for no names."""
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    each = [
        regex.escape(name) if _UNSPACED.search(name) else rf"(?<!\w){regex.escape(name)}(?:['’]?s)?(?!\w)"
        for name in longest_first
    ]
    return regex.compile("|".join(each), flags) if each else None


def _mask(found: regex.Match[str]) -> str:
    kind = found.lastgroup
    if kind == "kept":
        return str(found[0])
    if kind in _MASKS:
        return _MASKS[kind]
    if kind == "number":
        return f"{found[0][: found.start('number') - found.start()]}[number]"
    return "[number]"
