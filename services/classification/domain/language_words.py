"""Words that give a language away, for messages too short for statistics: thanks, greetings, and common small words.

Written for this project. A word shared by several of these languages is dropped when the table is built.
"""

_WORDS = {
    "de": "danke dankeschön hallo guten bitte leider kaffee ich nicht und ist das wann wird mein meine meinen sehr "
    "auch schon noch immer kann können warum wieder funktioniert kaputt seit für über wie oder hilfe vielen euch ihr "
    "eure super lieferung gerät habe haben keine kein weil wo bleibt einfach gekauft bestellt antwort frage",
    "en": "thanks thank hello please the and is are my your you why when where what how does not still haha have been "
    "with this it's can't doesn't don't won't help broken anyone order would could great love awesome apple juice it "
    "working works i just got since never again",
    "es": "gracias hola buenos buenas días el los las una por favor qué cuándo cuando dónde cómo está están mi mis "
    "pero muy ya todavía no funciona llevo tengo para ustedes vosotros jajaja jaja esto estoy desde hace pedido "
    "ayuda por nada saludos",
    "fr": "merci bonjour bonsoir salut je ne pas est les des mon ma mes votre vous nous pourquoi quand où comment "
    "toujours depuis avec mais c'est j'ai marche fonctionne plus aucune réponse svp commande machine cafetière "
    "service très bravo hein du au et sur une",
    "it": "grazie ciao buongiorno buonasera il gli della non è sono mio mia perché quando dove come funziona più "
    "ancora ho avete anche con per favore prego molto aiuto ordine assistenza che da un mi vostra vostro",
    "nl": "bedankt dankjewel dank hallo goedemorgen goedemiddag ik niet het een en mijn jullie wanneer waarom waar "
    "kan kunnen doet nog steeds maar ook al heb hebben geen graag hoe lang naar weer kapot alweer werkt wel sinds "
    "beterschap fijn hulp bestelling antwoord vraag top helaas slapen met voor van",
    "pl": "dziękuję dzięki cześć witam proszę dzień dobry nie jest się mój moja moje kiedy dlaczego gdzie jak czy "
    "działa już jeszcze bardzo mam macie po co to od ale żeby zamówienie pomoc ekspres do kawy",
    "pt": "obrigado obrigada olá oi bom boa não é está meu minha por quando onde como porque você vocês ainda muito "
    "mas uma isso já sem com funciona comprei faz ajuda pedido parabéns alguém ao até tô",
    "tr": "teşekkürler teşekkür ederim merhaba selam lütfen değil neden ne zaman nerede nasıl benim bir ve için çok "
    "ama bu hala çalışmıyor var yok mı mi mu mü aldım geldi gelmedi yardım kahve makinesi sipariş kadar",
}


def giveaways() -> dict[str, str]:
    """Word -> the one language it gives away."""
    seen: dict[str, set[str]] = {}
    for language, words in _WORDS.items():
        for word in words.split():
            seen.setdefault(word, set()).add(language)
    return {word: min(languages) for word, languages in seen.items() if len(languages) == 1}
