# Keeping people safe from each other.

protect-title = I need to be safe from the other parent
protect-text = From then on the other parent sees only that the birth was received or registered, and gets no messages. They are not told. Changes of address are then made by an officer.
protect-send = Protect me
protect-done = You are protected: the other parent sees only that the birth was received or registered. To change an address, call us.
protect-staff-text = The other parent then sees only that the birth was received or registered, and gets no messages. They are not told.
protect-whom = Who is protected?
purpose-text = Somebody in this case is protected. Say why you look; it is kept with your name.
purpose-why = Why do you look?
purpose-RESOLVE_TASK = To resolve a task
purpose-PARENT_ASKED = A parent asked
purpose-AUDIT = For an audit
purpose-send = Show the case
