"""A text in the one shape that every judgement starts from: bounded, normalised, without handles or links."""

import re
import unicodedata

MAX_CHARACTERS = 4_000
"""What a person says about a brand is said by then; the rest of a 100 kB paste would only cost time."""

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")
_MASKS = re.compile(
    r"https?://\S+|www\.\S+"  # links
    r"|[\w.+-]{1,64}@\w[\w-]{0,62}\.[\w.-]{1,100}"  # mail addresses
    r"|(?<!\w)@\w+"  # handles
    r"|(?<!\S)http(?!\S)"  # what corpora leave of a link
    r"|(?<!\w)__\w+?__(?!\w)"  # and of a masked name
    r"|^\s*RT\b",
    re.IGNORECASE,
)
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'"}
_ENTITY = re.compile("|".join(_ENTITIES))
_LONG_RUN = re.compile(r"(\S)\1{2,}")
_NOT_SPEECH = re.compile(
    r"[\d_#*+=~^|\\/<>\[\]{}()\"“”„«»:;•…$€£%&°©®™"
    r"\u2190-\u21ff\u2300-\u23ff\u2460-\u27bf\u2900-\u297f\u2b00-\u2bff\ufe0e\ufe0f\u200d\u20e3"
    r"\U0001f000-\U0001faff\U000e0000-\U000e007f]+"
)
_GREEK_OR_CYRILLIC = re.compile(r"[\u0370-\u03ff\u0400-\u04ff]")
_MIXED = re.compile(r"[a-z][\u0370-\u03ff\u0400-\u04ff]|[\u0370-\u03ff\u0400-\u04ff][a-z]")
_LOOKS_LATIN = str.maketrans("авеіјкмнорсѕтухһԁԛԝαικνορτυχ", "abeijkmhopcstyxhdqwaikvoptux")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def cleaned(text: str) -> str:
    """The text in lower case, compatibility-normalised (NFKC), at most `MAX_CHARACTERS` long, single-spaced,
    without handles, links, addresses and control characters; a character repeated more than twice is kept twice."""
    text = _UNPRINTABLE.sub(" ", text[:MAX_CHARACTERS])
    text = _ENTITY.sub(lambda entity: _ENTITIES[entity.group()], text)
    text = unicodedata.normalize("NFKC", _MASKS.sub(" ", text))[:MAX_CHARACTERS]  # it can grow eighteenfold
    text = _LONG_RUN.sub(r"\1\1", text.lower())
    return " ".join(_undisguised(text)[:MAX_CHARACTERS].split())


def _undisguised(text: str) -> str:
    """Latin letters where Greek and Cyrillic ones only look like them: where words mix them, and nothing else would be left.

    A Russian text with a Latin word in it stays as it is.
    """
    if text.isascii() or not _MIXED.search(text):
        return text
    latin = text.translate(_LOOKS_LATIN)
    return text if _GREEK_OR_CYRILLIC.search(latin) else latin


def speech(clean: str) -> str:
    """What is left of a cleaned text when emoji, digits and signs are taken away: the part that has a language."""
    return " ".join(_NOT_SPEECH.sub(" ", clean).split())


def word_count(words: str) -> int:
    """How many words there are; in scripts written without spaces two characters count as one word."""
    unspaced = len(_UNSPACED.findall(words))
    return max(len(words.split()), unspaced // 2)
