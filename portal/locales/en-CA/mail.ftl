# Messages: that there is something to read, and where. Nothing about anybody.

mail-form-subject = A form is waiting for you to read it
mail-form-body = There is a form for you to read. Open this link: { $link }
mail-news-subject = News about your application { $case }
mail-news-body = There is news about your application { $case }. Read it here, with your access code: { $link }
mail-code-subject = Your code
mail-code-body = Your code is { $code }. It works for 15 minutes. If you did not ask for it, do not use it, and do not give it to anybody.
