# Every page.

service-name = Register a newborn
this-language = English
banner = Demonstration – this is not a government website. Do not enter real personal information.
skip = Skip to content
language-nav = Language
footer = Registration is free. You can use this service in English or in French at every step.
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
