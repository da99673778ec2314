"""Where the specialists of the example work: country, time zone, languages, names and how many of them."""

from typing import NamedTuple

WEEKDAYS = "mon-fri"
SATURDAY_WEEK = "tue-sat"
SUNDAY_WEEK = "sun,mon-thu"  # also the usual working week in several countries of the Middle East


class Place(NamedTuple):
    country: str
    time_zone: str
    language: str
    """What they answer in, as native speakers; English comes with it."""
    names: str
    """A group of people_names."""
    people: int
    region: str = ""
    """Subdivision for public holidays."""
    also: str = ""
    """A further language, at C1."""
    days: str = WEEKDAYS


PLACES = (
    # English, around the clock
    Place("GB", "Europe/London", "en", "english", 14, "ENG"),
    Place("GB", "Europe/London", "en", "english", 6, "SCT"),
    Place("IE", "Europe/Dublin", "en", "irish", 6),
    Place("US", "America/New_York", "en", "american", 10, "NY"),
    Place("US", "America/Chicago", "en", "american", 6, "IL"),
    Place("US", "America/Denver", "en", "american", 4, "CO"),
    Place("US", "America/Los_Angeles", "en", "american", 6, "CA"),
    Place("US", "Pacific/Honolulu", "en", "american", 2, "HI"),
    Place("CA", "America/Toronto", "en", "american", 5, "ON"),
    Place("CA", "America/Vancouver", "en", "american", 3, "BC"),
    Place("AU", "Australia/Sydney", "en", "english", 6, "NSW"),
    Place("AU", "Australia/Perth", "en", "english", 3, "WA"),
    Place("NZ", "Pacific/Auckland", "en", "english", 4, "AUK"),
    Place("ZA", "Africa/Johannesburg", "en", "southafrican", 5),
    Place("NG", "Africa/Lagos", "en", "westafrican", 4),
    Place("GH", "Africa/Accra", "en", "westafrican", 2),
    Place("KE", "Africa/Nairobi", "en", "eastafrican", 4),
    Place("PH", "Asia/Manila", "en", "filipino", 4),
    Place("JM", "America/Jamaica", "en", "english", 1),
    # Hindi
    Place("IN", "Asia/Kolkata", "hi", "indian", 9, "MH"),
    Place("IN", "Asia/Kolkata", "hi", "indian", 9, "DL"),
    Place("GB", "Europe/London", "hi", "indian", 2, "ENG"),
    Place("US", "America/New_York", "hi", "indian", 2, "NJ"),
    Place("US", "America/Los_Angeles", "hi", "indian", 2, "CA"),
    Place("FJ", "Pacific/Fiji", "hi", "indian", 1),
    Place("AE", "Asia/Dubai", "hi", "indian", 2),
    # Spanish
    Place("ES", "Europe/Madrid", "es", "spanish", 14, "MD"),
    Place("ES", "Atlantic/Canary", "es", "spanish", 2, "CN"),
    Place("MX", "America/Mexico_City", "es", "latin", 14),
    Place("MX", "America/Tijuana", "es", "latin", 4),
    Place("AR", "America/Argentina/Buenos_Aires", "es", "latin", 10),
    Place("CO", "America/Bogota", "es", "latin", 8),
    Place("CL", "America/Santiago", "es", "latin", 5),
    Place("PE", "America/Lima", "es", "latin", 5),
    Place("UY", "America/Montevideo", "es", "latin", 2),
    Place("EC", "America/Guayaquil", "es", "latin", 2),
    Place("CR", "America/Costa_Rica", "es", "latin", 2),
    Place("DO", "America/Santo_Domingo", "es", "latin", 2),
    Place("PH", "Asia/Manila", "es", "filipino", 1),
    Place("AU", "Australia/Sydney", "es", "latin", 2, "NSW"),
    # German
    Place("DE", "Europe/Berlin", "de", "german", 12, "BE"),
    Place("DE", "Europe/Berlin", "de", "german", 9, "BY"),
    Place("DE", "Europe/Berlin", "de", "german", 8, "NW"),
    Place("AT", "Europe/Vienna", "de", "german", 6, "9"),
    Place("CH", "Europe/Zurich", "de", "swiss", 5, "ZH"),
    Place("NA", "Africa/Windhoek", "de", "german", 1),
    Place("US", "America/Chicago", "de", "german", 2, "WI"),
    Place("US", "America/Los_Angeles", "de", "german", 2, "CA"),
    Place("CL", "America/Santiago", "de", "german", 1, also="es"),
    Place("AU", "Australia/Melbourne", "de", "german", 2, "VIC"),
    Place("SG", "Asia/Singapore", "de", "german", 1),
    # Dutch
    Place("NL", "Europe/Amsterdam", "nl", "dutch", 17),
    Place("BE", "Europe/Brussels", "nl", "flemish", 8, also="fr"),
    Place("SR", "America/Paramaribo", "nl", "surinamese", 3),
    Place("CW", "America/Curacao", "nl", "surinamese", 2),
    Place("CA", "America/Vancouver", "nl", "dutch", 2, "BC"),
    Place("AU", "Australia/Brisbane", "nl", "dutch", 2, "QLD"),
    Place("ID", "Asia/Jakarta", "nl", "malay", 1, also="id"),
    # French
    Place("FR", "Europe/Paris", "fr", "french", 16),
    Place("BE", "Europe/Brussels", "fr", "french", 3),
    Place("CH", "Europe/Zurich", "fr", "swiss", 3, "GE"),
    Place("LU", "Europe/Luxembourg", "fr", "french", 1, also="de"),
    Place("CA", "America/Toronto", "fr", "quebec", 5, "QC"),
    Place("SN", "Africa/Dakar", "fr", "westafrican", 3),
    Place("CI", "Africa/Abidjan", "fr", "westafrican", 2),
    Place("MG", "Indian/Antananarivo", "fr", "french", 1),
    Place("NC", "Pacific/Noumea", "fr", "french", 2),
    Place("PF", "Pacific/Tahiti", "fr", "pacific", 2),
    # Portuguese
    Place("BR", "America/Sao_Paulo", "pt", "brazilian", 14, "SP"),
    Place("BR", "America/Manaus", "pt", "brazilian", 4, "AM"),
    Place("PT", "Europe/Lisbon", "pt", "portuguese", 8),
    Place("AO", "Africa/Luanda", "pt", "lusoafrican", 2),
    Place("MZ", "Africa/Maputo", "pt", "lusoafrican", 2),
    Place("CV", "Atlantic/Cape_Verde", "pt", "lusoafrican", 1),
    Place("MO", "Asia/Macau", "pt", "portuguese", 2, also="zh"),
    Place("US", "America/Los_Angeles", "pt", "brazilian", 1, "CA"),
    # Italian
    Place("IT", "Europe/Rome", "it", "italian", 16),
    Place("CH", "Europe/Zurich", "it", "italian", 2, "TI"),
    Place("AR", "America/Argentina/Buenos_Aires", "it", "italian", 2, also="es"),
    Place("US", "America/New_York", "it", "italian", 2, "NY"),
    Place("US", "America/Los_Angeles", "it", "italian", 1, "CA"),
    Place("AU", "Australia/Melbourne", "it", "italian", 2, "VIC"),
    # Polish
    Place("PL", "Europe/Warsaw", "pl", "polish", 9),
    Place("GB", "Europe/London", "pl", "polish", 2, "ENG"),
    Place("US", "America/Chicago", "pl", "polish", 2, "IL"),
    Place("US", "America/Los_Angeles", "pl", "polish", 1, "CA"),
    Place("AU", "Australia/Melbourne", "pl", "polish", 1, "VIC"),
    # Turkish
    Place("TR", "Europe/Istanbul", "tr", "turkish", 9),
    Place("DE", "Europe/Berlin", "tr", "turkish", 2, "NW", also="de"),
    Place("NL", "Europe/Amsterdam", "tr", "turkish", 1, also="nl"),
    Place("CY", "Asia/Nicosia", "tr", "turkish", 1),
    Place("US", "America/New_York", "tr", "turkish", 2, "NJ"),
    Place("AU", "Australia/Melbourne", "tr", "turkish", 1, "VIC"),
    # Russian
    Place("KZ", "Asia/Almaty", "ru", "kazakh", 8),
    Place("KG", "Asia/Bishkek", "ru", "kazakh", 1),
    Place("GE", "Asia/Tbilisi", "ru", "caucasian", 2),
    Place("AM", "Asia/Yerevan", "ru", "caucasian", 1),
    Place("LV", "Europe/Riga", "ru", "baltic", 2),
    Place("IL", "Asia/Jerusalem", "ru", "slavic", 1, also="he", days=SUNDAY_WEEK),
    Place("US", "America/New_York", "ru", "slavic", 1, "NY"),
    # Chinese
    Place("CN", "Asia/Shanghai", "zh", "chinese", 5),
    Place("TW", "Asia/Taipei", "zh", "chinese", 2),
    Place("HK", "Asia/Hong_Kong", "zh", "chinese", 2),
    Place("SG", "Asia/Singapore", "zh", "chinese", 3),
    Place("MY", "Asia/Kuala_Lumpur", "zh", "chinese", 1, "14", also="ms"),
    Place("CA", "America/Vancouver", "zh", "chinese", 1, "BC"),
    Place("GB", "Europe/London", "zh", "chinese", 1, "ENG"),
    # Japanese
    Place("JP", "Asia/Tokyo", "ja", "japanese", 6),
    Place("US", "America/Los_Angeles", "ja", "japanese", 1, "CA"),
    Place("BR", "America/Sao_Paulo", "ja", "japanese", 1, "SP", also="pt"),
    Place("GB", "Europe/London", "ja", "japanese", 1, "ENG"),
    # Arabic
    Place("AE", "Asia/Dubai", "ar", "arabic", 3),
    Place("SA", "Asia/Riyadh", "ar", "arabic", 2, days=SUNDAY_WEEK),
    Place("EG", "Africa/Cairo", "ar", "arabic", 3, days=SUNDAY_WEEK),
    Place("JO", "Asia/Amman", "ar", "arabic", 1, days=SUNDAY_WEEK),
    Place("LB", "Asia/Beirut", "ar", "arabic", 1, also="fr"),
    Place("MA", "Africa/Casablanca", "ar", "arabic", 3, also="fr"),
    Place("TN", "Africa/Tunis", "ar", "arabic", 1, also="fr"),
    Place("US", "America/Detroit", "ar", "arabic", 1, "MI"),
    # One or two for the language of the country
    Place("SE", "Europe/Stockholm", "sv", "nordic", 3),
    Place("NO", "Europe/Oslo", "no", "nordic", 2),
    Place("DK", "Europe/Copenhagen", "da", "nordic", 2),
    Place("FI", "Europe/Helsinki", "fi", "nordic", 2),
    Place("CZ", "Europe/Prague", "cs", "czech", 3),
    Place("SK", "Europe/Bratislava", "sk", "czech", 1),
    Place("HU", "Europe/Budapest", "hu", "hungarian", 2),
    Place("RO", "Europe/Bucharest", "ro", "romanian", 2),
    Place("BG", "Europe/Sofia", "bg", "balkan", 1),
    Place("HR", "Europe/Zagreb", "hr", "balkan", 1),
    Place("SI", "Europe/Ljubljana", "sl", "balkan", 1),
    Place("RS", "Europe/Belgrade", "sr", "balkan", 1),
    Place("GR", "Europe/Athens", "el", "greek", 2),
    Place("UA", "Europe/Kyiv", "uk", "slavic", 2),
    Place("LT", "Europe/Vilnius", "lt", "baltic", 1),
    Place("EE", "Europe/Tallinn", "et", "baltic", 1),
    Place("IL", "Asia/Jerusalem", "he", "hebrew", 1, days=SUNDAY_WEEK),
    Place("KR", "Asia/Seoul", "ko", "korean", 3),
    Place("TH", "Asia/Bangkok", "th", "thai", 2),
    Place("VN", "Asia/Ho_Chi_Minh", "vi", "vietnamese", 2),
    Place("ID", "Asia/Jakarta", "id", "malay", 3),
)
