"""Every command by name: where it lives and its line in `deskctl --help`.

The lines stand here so that help and completion of names need no import of any command; a test holds them
equal to the commands' own first lines.
"""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """`target` is `module:attribute`."""

    target: str
    help: str


_HERE = "deskctl.cli.commands."

#: In the order of help.
SECTIONS: dict[str, dict[str, Entry]] = {
    "Look": {
        "list": Entry(_HERE + "list:list_", "List tickets, newest change first."),
        "queue": Entry(_HERE + "queue:queue", "Show what is to be done next, in the order in which it is due."),
        "show": Entry(_HERE + "show:show", "Show tickets with all that was said."),
        "search": Entry(
            _HERE + "search:search",
            "Find messages by words: in what was written, in subjects, in the names of attachments.",
        ),
        "log": Entry(_HERE + "log:log", "Show what happened to tickets, and who did it."),
        "explain": Entry(_HERE + "explain:explain", "Say why a ticket is as it is."),
        "attachment": Entry(_HERE + "attachment:attachment", "List and save attachments."),
    },
    "Work on tickets": {
        "new": Entry(_HERE + "new:new", "Write down what a customer said elsewhere."),
        "next": Entry(_HERE + "take:next_", "Take the ticket that is next in your queue."),
        "take": Entry(_HERE + "take:take", "Make tickets yours."),
        "assign": Entry(_HERE + "assign:assign", "Give tickets to an agent or a team."),
        "reply": Entry(_HERE + "reply:reply", "Answer the customer."),
        "draft": Entry(_HERE + "draft:draft", "Texts of yours that were not sent."),
        "note": Entry(_HERE + "note:note", "Write a note that only agents see."),
        "set": Entry(_HERE + "set:set_", "Set fields of tickets."),
        "tag": Entry(_HERE + "tag:tag", "Add tags to tickets or remove them."),
        "escalate": Entry(
            _HERE + "escalate:escalate", "Hand tickets to someone who can do more, or ask them to allow something."
        ),
        "approve": Entry(_HERE + "approve:approve", "Allow what a ticket waits for."),
        "deny": Entry(_HERE + "approve:deny", "Do not allow what a ticket waits for."),
        "promise": Entry(_HERE + "promise:promise", "Note by when the customer may expect an answer."),
        "solve": Entry(_HERE + "status:solve", "Mark tickets as solved."),
        "close": Entry(_HERE + "status:close", "Close tickets for good."),
        "reopen": Entry(_HERE + "status:reopen", "Open solved tickets again."),
        "merge": Entry(_HERE + "merge:merge", "Merge tickets into another one."),
        "split": Entry(_HERE + "split:split", "Begin a new ticket with messages of another."),
        "spam": Entry(_HERE + "spam:spam", "Close tickets as spam."),
        "unspam": Entry(_HERE + "spam:unspam", "Open tickets that are no spam after all."),
        "undo": Entry(_HERE + "undo:undo", "Undo your last command, on all tickets that it changed."),
    },
    "Set up and look after": {
        "init": Entry(_HERE + "init:init", "Make a new desk: folder, configuration and store."),
        "doctor": Entry(_HERE + "doctor:doctor", "Find what is wrong, and name the command that repairs it."),
        "daemon": Entry(_HERE + "daemon:daemon", "Run the desk's daemon, or ask how it is."),
        "agent": Entry(_HERE + "agent:agent", "Agents: the people who work at the desk."),
        "team": Entry(_HERE + "team:team", "Teams of agents."),
        "route": Entry(_HERE + "route:route", "Routing: who gets which ticket, and why."),
        "contact": Entry(_HERE + "contact:contact", "Customers: who they are on every channel."),
        "calendar": Entry(_HERE + "calendar:calendar", "Calendars: working hours and holidays, in any time zone."),
        "sla": Entry(_HERE + "sla:sla", "Service levels: what was promised to whom, and by when."),
        "shift": Entry(_HERE + "shift:shift", "Shifts: who works when, and what the next shift should know."),
        "staffing": Entry(
            _HERE + "staffing:staffing", "Say how many people which hour of the week needs, and how many the rota has."
        ),
        "channel": Entry(_HERE + "channel:channel", "Channels: how customers reach the desk."),
        "block": Entry(_HERE + "block:block", "Senders whose mail is spam."),
        "inbox": Entry(_HERE + "inbox:inbox", "What came in and is not a message on a ticket yet."),
        "outbox": Entry(_HERE + "outbox:outbox", "What is to leave the desk."),
        "config": Entry(_HERE + "config:config", "Check the configuration and find it."),
        "plugin": Entry(_HERE + "plugin:plugin", "Plugins: what is installed and what it brings."),
        "db": Entry(_HERE + "db:db", "The store's schema: its revision and upgrades."),
        "completion": Entry(_HERE + "completion:completion", "Print the completion script of a shell."),
        "demo": Entry("deskctl.demo.command:demo", "Run a whole desk on this machine and show it at work."),
    },
}

COMMANDS: dict[str, Entry] = {name: entry for section in SECTIONS.values() for name, entry in section.items()}
