# Every page.

service-name = Register a newborn
this-language = English
banner = Demonstration – this is not a government website. Do not enter real personal information.
skip = Skip to content
language-nav = Language
footer = Registration is free. You can use this service in English or in French at every step.
language-stay = Continue in English
leave-nav = Leave quickly
leave = Leave this site
leave-aloud = and open the weather
leave-about = “Leave this site” ends your visit and opens the weather. The pages that you saw may stay in your browser's history.
leave-keys = You can also press the Escape key three times.
session-title = Are you still there?
session-text = To protect what is on it, this page closes in 5 minutes if nobody uses it.
session-stay = Stay on this page
session-finish = Close it now
session-failed = The service does not answer right now. What you typed is still here. Try again.
back-to-start = Back to the start page
reference = Reference
access-code = Access code
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
age-minutes = { $count } min
age-hours = { $count } h
age-days = { $count } days

# Start page.

start-title = Register your baby's birth
start-text = One form for three services:
start-birth = registration of the birth, free of charge
start-certificate = a birth certificate, if you want one
start-sin = a Social Insurance Number (SIN) for your child, free of charge, if you want one
start-before = Before you begin
start-before-text = Each parent named certifies for themselves: here with you, or through a link that we send. The form takes about 20 minutes. What you type is kept as you go.
start-begin = Begin
start-begun = Begun before?
start-sent = Already sent?
