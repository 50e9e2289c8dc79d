"""Finding messages and contacts by the words in them.

Text is cut once (`cut`) and both engines index the same words (`index`, `contacts`, `rebuild`). `candidates` asks the
index, `mark` finds the words again in the text that somebody reads.
"""
