# Protéger les personnes les unes des autres.

protect-title = J'ai besoin d'être en sécurité face à l'autre parent
protect-text = À partir de ce moment, l'autre parent voit seulement que le formulaire a été reçu ou la naissance enregistrée, et ne reçoit aucun message. Rien ne l'en avertit. Les changements d'adresse sont alors faits par une personne du bureau.
protect-send = Me protéger
protect-done = Vous bénéficiez d'une protection : l'autre parent voit seulement que le formulaire a été reçu ou la naissance enregistrée. Pour changer une adresse, appelez-nous.
protect-staff-text = L'autre parent voit alors seulement que le formulaire a été reçu ou la naissance enregistrée, et ne reçoit aucun message. Rien ne l'en avertit.
protect-whom = Qui est protégé?
purpose-text = Une personne est protégée dans ce dossier. Indiquez pourquoi vous le consultez; le motif est conservé avec votre nom.
purpose-why = Pourquoi consultez-vous ce dossier?
purpose-RESOLVE_TASK = Pour traiter une tâche
purpose-PARENT_ASKED = À la demande d'un parent
purpose-AUDIT = Pour une vérification
purpose-send = Afficher le dossier

change-title = Modifier quelque chose
check-title = Vérifiez ce que vous avez attesté
check-text = Un agent l'a comparé à l'avis de l'hôpital ou de la sage-femme. Vérifiez ce qui suit, corrigez ce qui est inexact et attestez-le de nouveau. Si tout est exact, vous n'avez rien à faire : nous demandons à l'hôpital.
correct-text = Y a-t-il une erreur dans ce qui doit être enregistré?
correct-go = La corriger et attester de nouveau
address-title = Changer l'adresse postale
address-text = Le certificat et la lettre du NAS y sont envoyés, s'ils n'ont pas encore été imprimés.
address-send = Changer l'adresse
withdraw-link = Retirer une partie ou toute la demande
withdraw-choose = Choisissez ce que vous retirez.
code-title = D'abord, un code
code-text = Nous envoyons un code à l'adresse courriel ou au numéro de téléphone que vous avez donné dans le formulaire ou avant aujourd'hui, afin que personne d'autre ne puisse le faire.
code-send = Envoyez-moi un code
code-sent = Nous vous avons envoyé un code. Il est valide 15 minutes.
code-sent-before = Nous vous avons envoyé un code il y a un instant. S'il n'arrive pas, demandez-en un autre dans une minute.
code-too-many = Nous vous avons envoyé autant de codes que nous en envoyons en une journée. Utilisez le dernier ou demandez-en un autre demain.
code-label = Le code que nous vous avons envoyé
code-wrong = Saisissez le code que nous vous avons envoyé. Un code ne sert qu'une fois, pendant 15 minutes.
code-no-way = Nous n'avons aucune adresse courriel ni aucun numéro de téléphone de vous datant d'avant aujourd'hui. Appelez-nous pour le faire.
spoken-now = Nous vous écrivons en français.
spoken-change = Écrivez-moi en français

loss-title = Nous dire que notre enfant est décédé
loss-text = Nous sommes sincèrement désolés. Ce bouton arrête sur-le-champ tous les messages, le certificat et la demande de NAS, dans la mesure où ils peuvent encore l'être. La naissance est quand même enregistrée; la loi l'exige. Une personne du bureau d'enregistrement vous parlera.
loss-send = Tout arrêter et prévenir une personne
loss-told-title = Nous vous offrons nos sincères condoléances
loss-told-text = Nous avons arrêté tous les messages, ainsi que le certificat et la demande de NAS dans la mesure où ils pouvaient encore l'être.
loss-told-person = Une personne du bureau d'enregistrement est au courant et vous parlera. Vous n'avez rien à faire maintenant. Vous pouvez aussi nous appeler en tout temps.
