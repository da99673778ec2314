"""Words that give a language away, for messages too short for statistics: thanks, greetings, and common small words.

Written for this project. A word shared by several of these languages is dropped when the table is built.
"""

_WORDS = {
    "de": "danke dankeschön hallo guten bitte leider kaffee ich nicht und ist das wann wird mein meine meinen sehr "
    "auch schon noch immer kann können warum wieder funktioniert kaputt seit für über wie oder hilfe vielen euch ihr "
    "eure super lieferung gerät habe haben keine kein weil wo bleibt einfach gekauft bestellt antwort frage "
    "der dem den ein eine einen mit auf war sind wir dass aber nur noch hab ihn ihm sie er dann doch mal heute "
    "morgen jetzt alles mich dir dich nein ja hier wenn nach viel mehr wird gibt geht macht schön gut",
    "en": "thanks thank hello please the and is are my your you why when where what how does not still haha have been "
    "with this it's can't doesn't don't won't help broken anyone order would could great love awesome apple juice it "
    "working works i just got since never again "
    "you they we she he him her that these those there who because about were had did think know i'm you're "
    "that's what's they're i'll of to for from and then than want going go today tomorrow always being our "
    "their",
    "es": "gracias hola buenos buenas días el los las una por favor qué cuándo cuando dónde cómo está están mi mis "
    "pero muy ya todavía no funciona llevo tengo para ustedes vosotros jajaja jaja esto estoy desde hace pedido "
    "ayuda por nada saludos "
    "que nos vamos hoy mañana ahora siempre también mejor salgo eres soy ese esa eso los unos unas tiene hacer "
    "voy vas quiero puedo noche día gente mundo mis sus hay así porque cuando donde",
    "fr": "merci bonjour bonsoir salut je ne pas est les des mon ma mes votre vous nous pourquoi quand où comment "
    "toujours depuis avec mais c'est j'ai marche fonctionne plus aucune réponse svp commande machine cafetière "
    "service très bravo hein du au et sur une "
    "dans ça elle ils qui quoi ouais mec trop bien j'suis t'es suis sont aussi cette ces leur fait faire tout "
    "tous rien encore demain aujourd'hui après avant sans chez être avoir quel quelle qu'on c'était",
    "it": "grazie ciao buongiorno buonasera il gli della non è sono mio mia perché quando dove come funziona più "
    "ancora ho avete anche con per favore prego molto aiuto ordine assistenza che da un mi vostra vostro "
    "che cosa questo questa sempre oggi domani adesso ci gli dei delle nel nella alla sei siamo hanno fatto "
    "tutto tutti niente così quello quella anch io noi voi loro perche poi molto bene",
    "nl": "bedankt dankjewel dank hallo goedemorgen goedemiddag ik niet het een en mijn jullie wanneer waarom waar "
    "kan kunnen doet nog steeds maar ook al heb hebben geen graag hoe lang naar weer kapot alweer werkt wel sinds "
    "beterschap fijn hulp bestelling antwoord vraag top helaas slapen met voor van "
    "dat die wat zo nog gewoon lekker vandaag ben bij naar uit op te zijn was we wij jij hij zij ze mij me "
    "moet gaan ga weer veel meer want dus toch echt leuk iemand niks alles hier daar nu toen zonder",
    "pl": "dziękuję dzięki cześć witam proszę dzień dobry nie jest się mój moja moje kiedy dlaczego gdzie jak czy "
    "działa już jeszcze bardzo mam macie po co to od ale żeby zamówienie pomoc ekspres do kawy",
    "pt": "obrigado obrigada olá oi bom boa não é está meu minha por quando onde como porque você vocês ainda muito "
    "mas uma isso já sem com funciona comprei faz ajuda pedido parabéns alguém ao até tô "
    "eu ela ele vai hoje amanhã agora kkk pra vc tá nós são tem foi ser fazer tudo nada gente sempre essa esse "
    "aqui lá vou quero hj muita mesmo depois antes eles elas nossa cara",
    "tr": "teşekkürler teşekkür ederim merhaba selam lütfen değil neden ne zaman nerede nasıl benim bir ve için çok "
    "ama bu hala çalışmıyor var yok mı mi mu mü aldım geldi gelmedi yardım kahve makinesi sipariş kadar",
}

_ROMANISED_HINDI = (
    "hai hain nahi nahin nhi kya kyu kyun mera meri mujhe mujhko tumhe tera teri aap aapka aapki aapke aapko hamara "
    "hamari bhi karo karna karte karta karti kiya kar raha rahe rahi rha rhe gaya gayi gaye hua bahut bohot abhi kab "
    "kaise kaisa kaun kahan kahaan kuch koi yeh woh phir lekin aur toh bhai yaar hota hoti hote jao jaye aaj kal wala "
    "wale wali dena liye sakta sakte hoon hu apna apni apne unka iska uska uske iske isko usko paise agar matlab kyunki "
    "chahiye dekho bolo kabhi sirf kripya dhanyavaad shukriya accha achha achhe tak mein se ko ka ki ke ho jo tha thi "
    "toot kharab wapas jaldi madad kijiye dijiye theek thik "
    "mei dekhiye dekha hui gyi gya fir unki unke unhone taraf ladki ladka aisi aise sbhi humare humara hume humko hogi "
    "hoga honge denge milega milegi kam bas dil mast kitna kitni kitne pehle baad ghar din kaam baat log ye"
)
ROMANISED_HINDI = frozenset(_ROMANISED_HINDI.split())
"""Small words of Hindi as it is typed in Latin letters. Some are words elsewhere too: it takes several of them."""


def giveaways() -> dict[str, str]:
    """Word -> the one language it gives away."""
    seen: dict[str, set[str]] = {}
    for language, words in _WORDS.items():
        for word in words.split():
            seen.setdefault(word, set()).add(language)
    return {word: min(languages) for word, languages in seen.items() if len(languages) == 1}
