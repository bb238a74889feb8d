# Toutes les pages.

service-name = Enregistrer un nouveau-né
this-language = Français
banner = Démonstration – ce n'est pas un site gouvernemental. N'y saisissez pas de vrais renseignements personnels.
skip = Aller au contenu
language-nav = Langue
footer = L'enregistrement est gratuit. Ce service est offert en français et en anglais à chaque étape.
language-stay = Continuer en français
leave-nav = Quitter rapidement
leave = Quitter ce site
leave-aloud = et ouvrir la météo
leave-about = « Quitter ce site » met fin à votre visite et ouvre la météo. Les pages que vous avez vues peuvent rester dans l'historique de votre navigateur.
leave-keys = Vous pouvez aussi appuyer trois fois sur la touche Échap.
session-title = Êtes-vous toujours là?
session-text = Pour protéger ce qu'elle contient, cette page se ferme dans 5 minutes si personne ne l'utilise.
session-stay = Rester sur cette page
session-finish = La fermer maintenant
session-failed = Le service ne répond pas en ce moment. Ce que vous avez saisi est toujours ici. Essayez de nouveau.
back-to-start = Retour à la page d'accueil
reference = Référence
access-code = Code d'accès
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre
age-minutes = { $count } min
age-hours = { $count } h
age-days = { $count } jours

# Page d'accueil.

start-title = Enregistrer la naissance de votre bébé
start-text = Un seul formulaire pour trois services :
start-birth = l'enregistrement de la naissance, sans frais
start-certificate = un certificat de naissance, si vous en voulez un
start-sin = un numéro d'assurance sociale (NAS) pour votre enfant, sans frais, si vous en voulez un
start-before = Avant de commencer
start-before-text = Chaque parent nommé atteste lui-même : ici avec vous, ou au moyen d'un lien que nous envoyons. Le formulaire prend environ 20 minutes. Ce que vous saisissez est conservé au fur et à mesure.
start-begin = Commencer
start-begun = Déjà commencé?
start-sent = Déjà envoyé?
