# Toutes les pages.

service-name = Enregistrer un nouveau-né
this-language = Français
banner = Démonstration – ce n'est pas un site gouvernemental. N'y saisissez pas de vrais renseignements personnels.
skip = Aller au contenu
language-nav = Langue
footer = L'enregistrement est gratuit. Ce service est offert en français et en anglais à chaque étape.
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
