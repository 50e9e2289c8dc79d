"""format=flowed (RFC 3676): soft line breaks are joined, stuffed blanks removed."""

from __future__ import annotations

OWN = "\ufdd0"
"""Stands before a line of the writer's own that begins with `>` while a mail is read. No text has this character:
Unicode reserves it for such uses."""


def unflow(text: str, typed: dict[str, str]) -> str:
    """Join the soft-broken lines of a text; quoted lines stay as they are.

    `typed` are the parameters of its Content-Type. Quote signs are counted before a stuffed blank is removed, so a
    line ` > x` is the writer's own (4.4 and 4.5).
    """
    if typed["format"].strip().lower() != "flowed" or " " not in text:
        return text
    glue = "" if typed.get("delsp", "").strip().lower() == "yes" else " "
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
            content = OWN + content
        if content.endswith(" "):
            open_line.append(content[:-1] + glue)
            continue
        lines.append("".join(open_line) + content)
        open_line = []
    if open_line:
        lines.append("".join(open_line).rstrip(" "))
    return "\n".join(lines)
