# La page sur l'API, pour les personnes qui écrivent des programmes.

api-title = API
api-whole = La description complète, pour les programmes :
api-language = Les erreurs sont des « problem details » (RFC 9457) dont les codes sont stables. Leurs textes suivent la langue de l'en-tête Accept-Language.
api-limits = Une adresse peut envoyer un certain nombre de formulaires et de codes erronés par heure. Ensuite, la réponse est 429 avec le code RATE_LIMITED, et l'en-tête Retry-After indique combien de secondes attendre. Un bon code reçoit toujours une réponse.
api-operations = Opérations, chacune avec un exemple
api-sent = Ce qui est envoyé
api-answered = Ce qui est répondu
api-problems = Problèmes
api-problems-text = Voici à quoi ressemble un formulaire refusé. Chaque erreur nomme son champ.
api-problems-caption = Tous les codes, avec leurs textes
api-fields-caption = Tous les codes des champs, avec leurs textes
api-code = Code
api-status = État
