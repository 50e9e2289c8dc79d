"""The query language: one text that selects tickets in lists, policies and rules.

`syntax` parses the text, `fields` declares the fields, `resolution` checks names and values, and `matching` evaluates a
query in memory. The store translates the same resolved query to SQL.
"""
