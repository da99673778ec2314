"""Weak labels for intent and urgency, from rules written for this project: patterns per language, en nl de fr es pt it tr pl.

They are right often enough to teach a linear model the vocabulary, never good enough to judge a message by themselves.
"""

import re

_COMPLAINT = (
    r"(still|again).{0,40}(not|no|broken|waiting|down)|not work|n't work|doesn't|broken|disappoint|worst|terrible|awful|"
    r"unacceptable|ridiculous|useless|refund|cancell?ed|delayed|charged|"
    r"never (came|arrived|showed|received)|fix (this|it|your)|"
    r"not happy|customer service|crash|keeps? (\w+ing|getting)|"
    r"can(no|')t (log|get|use|access|\w+ into)|won't|rude|scam|lost (my|all)|damaged|"
    r"\b(error|issues?|problems?|stuck|missing|disappeared|unable to|locked out|glitch\w*|lag|fails?|failed|faulty|annoying|"
    r"frustrat\w+|fed up|sucks?|outage|(not|n't) (letting|let|received?|get|got|load\w*|open|connect\w*)|"
    r"no (sound|answer|response|reply)|"
    r"nothing works|is down|are down|for (days|weeks|hours)|what('s| is) (wrong|going on|happening)|stopped|bug)\b|"
    r"kapot|werkt niet|doet het niet|alweer|nog steeds|slecht|belachelijk|waardeloos|teleurgesteld|vertraging|klacht|"
    r"kaputt|funktioniert nicht|geht nicht|schon wieder|immer noch|schlecht|frechheit|enttäusch|verspätung|defekt|unverschämt|"
    r"ne (marche|fonctionne)|toujours pas|en panne|nul\b|inadmissible|honte|déçu|retard|arnaque|scandal|"
    r"no funciona|sigue sin|otra vez|vergüenza|pésim|peor|decepcion|estafa|retraso|inaceptable|roto|"
    r"não funciona|não consigo|absurdo|péssimo|pior|vergonha|atraso|decepcion|lixo|"
    r"non funziona|ancora|vergogna|pessim|delus|ritardo|schifo|guasto|"
    r"çalışmıyor|bozuk|rezalet|berbat|hâlâ|hala|gelmedi|şikayet|"
    r"nie działa|zepsut|znowu|nadal|fataln|skandal|rozczarowan|opóźnien"
)
_REQUEST = (
    r"(can|could|would|will) (you|u|someone|anyone|i get) (please )?(\w+)|"
    r"please (send|call|help|check|fix|dm|cancel|refund|follow|reply|look|let|tell|give|change|add|remove)|"
    r"i('d| would) like|i need|i want|"
    r"(kunnen|willen|kunt|kan|zouden) (jullie|u|je)|graag|alstublieft|alsjeblieft|\baub\b|"
    r"(könn(t|en)|würde[nt]?) (ihr|sie)|bitte|ich (möchte|hätte|brauche)|"
    r"(pouvez|pourriez|pouvais)[- ]vous|merci de|veuillez|je (voudrais|souhaite|veux)|\bs(vp|il vous pla[iî]t)\b|"
    r"(podéis|podríais|pueden|puedes|podrían)|por favor|quisiera|quiero|necesito|"
    r"(podem|poderiam|pode)\b|gostaria|preciso|quero|"
    r"(potete|potreste|può|puoi)|per (favore|cortesia)|vorrei|mi serve|"
    r"(misiniz|mısınız|musunuz|müsünüz)|lütfen|istiyorum|rica ed|"
    r"proszę|czy możecie|chciał(bym|abym)|potrzebuję"
)
_PRAISE = (
    r"thank|thx|love|great|awesome|amazing|best|excellent|well done|kudos|happy with|perfect|fantastic|brilliant|"
    r"bedankt|dank|top|geweldig|fijn|blij|compliment|super|hulde|"
    r"danke|toll|klasse|begeistert|zufrieden|lob|wunderbar|"
    r"merci|bravo|génial|adore|excellent|ravi|félicit|"
    r"gracias|genial|encanta|enhorabuena|excelente|mejor|feliz|"
    r"obrigad|adoro|amei|parabéns|ótimo|maravilh|melhor|"
    r"grazie|complimenti|bravi|ottim|adoro|bellissim|miglior|"
    r"teşekkür|harika|mükemmel|süper|bayıldım|"
    r"dzięk|świetn|polecam|brawo|uwielbiam|wspania"
)
_QUESTION = (
    r"\?\s*$|\?\s|^(how|when|where|what|which|who|is|are|do|does|can)\b|^(hoe|wanneer|waar|wat|welke)\b|^(wie|wann|wo|was|welche)\b|"
    r"^(comment|quand|où|quel)|¿|^(como|quando|onde|qual)\b|^(come|quando|dove|quale)\b|\bm[iıuü]\s*\?|^(jak|kiedy|gdzie|czy)\b"
)
_URGENT = (
    r"urgent|asap|emergency|immediately|right now|hospital|\bfire\b|smoke|burn(t|ed|ing)|shock|danger|stolen|"
    r"fraud|hacked|lawyer|"
    r"spoed|onmiddellijk|meteen|ziekenhuis|brand\b|rook\b|gevaarlijk|gestolen|advocaat|"
    r"sofort|dringend|notfall|krankenhaus|rauch\b|gefährlich|gestohlen|anwalt|umgehend|"
    r"urgence|immédiatement|hôpital|fumée|dangereu|volée?\b|avocat|tout de suite|"
    r"urgente|inmediatamente|humo\b|peligro|robad|abogado|fumaça|perigo|roubad|advogado|imediatamente|"
    r"subito|ospedale|fumo\b|pericolo|rubat|avvocato|immediatamente|"
    r"acil|hemen|hastane|duman|tehlike|çalındı|avukat|"
    r"piln|natychmiast|szpital|dym\b|niebezpieczn|skradzion|prawnik"
)
_PATTERNS = {
    name: re.compile(pattern)
    for name, pattern in {
        "complaint": _COMPLAINT,
        "request": _REQUEST,
        "compliment": _PRAISE,
        "question": _QUESTION,
        "urgent": _URGENT,
    }.items()
}


def weak_intent(clean: str, sentiment: str = "") -> str:
    """The intent that the rules give a cleaned text. A known sentiment rules out what contradicts it; "" means no label."""
    hits = {name for name, pattern in _PATTERNS.items() if pattern.search(clean)}
    if "complaint" in hits and sentiment in {"", "negative"}:
        return "complaint"
    if "compliment" in hits and "question" not in hits and sentiment in {"", "positive"}:
        return "compliment"
    if "request" in hits and sentiment != "positive":
        return "request"
    if "question" in hits:
        return "question"
    return "remark" if not hits and sentiment in {"", "neutral"} else ""


def weak_urgency(clean: str, intent: str, sentiment: str = "") -> str:
    """The urgency that goes with an intent; `high` needs an urgent word in something that is not praise."""
    if intent in {"compliment", "remark"}:
        return "low"
    if _PATTERNS["urgent"].search(clean):
        return "high" if sentiment in {"", "negative"} else ""
    return "normal" if intent else ""
