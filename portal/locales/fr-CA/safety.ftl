# Protéger les personnes les unes des autres.

protect-title = J'ai besoin d'être en sécurité face à l'autre parent
protect-text = À partir de ce moment, l'autre parent voit seulement que la naissance a été reçue ou enregistrée, et ne reçoit aucun message. Rien ne l'en avertit. Les changements d'adresse sont alors faits par une personne du bureau.
protect-send = Me protéger
protect-done = Vous bénéficiez d'une protection : l'autre parent voit seulement que la naissance a été reçue ou enregistrée. Pour changer une adresse, appelez-nous.
protect-staff-text = L'autre parent voit alors seulement que la naissance a été reçue ou enregistrée, et ne reçoit aucun message. Rien ne l'en avertit.
protect-whom = Qui est protégé?
purpose-text = Une personne est protégée dans ce dossier. Indiquez pourquoi vous le consultez; le motif est conservé avec votre nom.
purpose-why = Pourquoi consultez-vous ce dossier?
purpose-RESOLVE_TASK = Pour traiter une tâche
purpose-PARENT_ASKED = À la demande d'un parent
purpose-AUDIT = Pour une vérification
purpose-send = Afficher le dossier
