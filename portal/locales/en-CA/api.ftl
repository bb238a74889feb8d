# The page about the API, for people who write programs.

api-title = API
api-whole = The whole description, for programs:
api-language = Errors are problem details (RFC 9457) with codes that are kept. Their words are in the language of the header Accept-Language.
api-limits = One address may send so many forms and so many wrong codes in an hour. Then the answer is 429 with the code RATE_LIMITED, and the header Retry-After says how many seconds to wait. A right code is always answered.
api-operations = Operations, each with an example
api-sent = What is sent
api-answered = What is answered
api-problems = Problems
api-problems-text = A form that is refused looks like this. Each error names its field.
api-problems-caption = Every code, with its words
api-fields-caption = Every code of a field, with its words
api-code = Code
api-status = Status
