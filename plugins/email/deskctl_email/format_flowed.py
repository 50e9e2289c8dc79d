"""Decoding of format=flowed (RFC 3676): join soft line breaks and remove stuffed spaces."""

from __future__ import annotations

LITERAL = "\ufdd0"
"""A marker, used only during parsing, before a line that begins with `>` but is not a quote.

It is a Unicode noncharacter, which does not occur in text.
"""


def unflow(text: str, parameters: dict[str, str]) -> str:
    """Join the soft line breaks of a text; quoted lines stay unchanged.

    `parameters` are those of its Content-Type. Quote marks are counted before a stuffed space is removed, so
    a line ` > x` is not a quote (RFC 3676, 4.4 and 4.5).
    """
    if parameters["format"].strip().lower() != "flowed" or " " not in text:
        return text
    glue = "" if parameters.get("delsp", "").strip().lower() == "yes" else " "
    lines: list[str] = []
    open_line: list[str] = []
    for line in text.split("\n"):
        if line.startswith(">") or line == "-- ":
            if open_line:
                lines.append("".join(open_line))
                open_line = []
            lines.append(line)
            continue
        content = line.removeprefix(" ")
        if not open_line and content.startswith(">"):
            content = LITERAL + content
        if content.endswith(" "):
            open_line.append(content[:-1] + glue)
            continue
        lines.append("".join(open_line) + content)
        open_line = []
    if open_line:
        lines.append("".join(open_line).rstrip(" "))
    return "\n".join(lines)
