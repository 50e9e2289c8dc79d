"""Full-text search for messages and contacts.

`tokens` splits text into words, and both databases index the same words (`index`, `contacts`, `rebuild`). `candidates`
queries the index; `excerpts` finds the words in the displayed text.
"""
