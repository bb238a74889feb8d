# Messages : qu'il y a quelque chose à lire, et où. Rien au sujet de personne.

mail-form-subject = Un formulaire attend que vous le lisiez
mail-form-body = Vous avez un formulaire à lire. Ouvrez ce lien : { $link }
mail-news-subject = Du nouveau dans votre demande { $case }
mail-news-body = Il y a du nouveau dans votre demande { $case }. Lisez-le ici, avec votre code d'accès : { $link }
mail-code-subject = Votre code
mail-code-body = Votre code est { $code }. Il est valide 15 minutes. Si vous ne l'avez pas demandé, ne l'utilisez pas et ne le donnez à personne.
