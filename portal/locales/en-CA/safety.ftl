# Keeping people safe from each other.

protect-title = I need to be safe from the other parent
protect-text = From then on the other parent sees only that the form was received, or the birth registered, and gets no messages. They are not told. Changes of address are then made by an officer.
protect-send = Protect me
protect-done = You are protected: the other parent sees only that the form was received, or the birth registered. To change an address, call us.
protect-staff-text = The other parent then sees only that the form was received, or the birth registered, and gets no messages. They are not told.
protect-whom = Who is protected?
purpose-text = Somebody in this case is protected. Say why you look; it is kept with your name.
purpose-why = Why do you look?
purpose-RESOLVE_TASK = To resolve a task
purpose-PARENT_ASKED = A parent asked
purpose-AUDIT = For an audit
purpose-send = Show the case

change-title = Change something
check-title = Check what you certified
check-text = An officer compared it with the notice from the hospital or midwife. Check this, put right what is wrong, and certify it again. If it is right as it is, you do not need to do anything: we ask the hospital.
correct-text = Is something wrong in what is to be registered?
correct-go = Put it right and certify again
address-title = Change the mailing address
address-text = The certificate and the SIN letter go there, if they have not been printed yet.
address-send = Change the address
withdraw-link = Withdraw a part, or the whole application
withdraw-choose = Choose what you withdraw.
code-title = First, a code
code-text = We send a code to the email address or phone number that you gave with the form or before today, so that nobody else can do this.
code-send = Send me a code
code-sent = We sent you a code. It works for 15 minutes.
code-sent-before = We sent you a code a moment ago. If it does not come, ask again in a minute.
code-too-many = We sent you as many codes as we send in a day. Use the last one, or ask again tomorrow.
code-label = The code that we sent you
code-wrong = Enter the code that we sent you. A code works once, for 15 minutes.
code-no-way = We have no email address or phone number of yours from before today. Call us to do this.
spoken-now = We write to you in English.
spoken-change = Write to me in English

loss-title = Tell us that our child has died
loss-text = We are very sorry. With this button we stop all messages, the certificate and the SIN request at once, as far as they can still be stopped. The birth is registered all the same; the law asks for it. A person from the registration office will speak with you.
loss-send = Stop everything and let a person know
loss-told-title = We are very sorry for your loss
loss-told-text = We have stopped all messages, and the certificate and the SIN request as far as they could still be stopped.
loss-told-person = A person from the registration office knows, and will speak with you. You do not have to do anything now. You can also call us at any time.
