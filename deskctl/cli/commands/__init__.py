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


def _entry(place: str, help: str) -> Entry:
    """Return the entry of a command at `place` below this package."""
    return Entry(f"{__name__}.{place}", help)


#: In the order of help.
SECTIONS: dict[str, dict[str, Entry]] = {
    "Look": {
        "list": _entry("tickets.list:list_", "List tickets, newest change first."),
        "queue": _entry("tickets.queue:queue", "Show what is to be done next, in the order in which it is due."),
        "show": _entry("tickets.show:show", "Show tickets with all that was said."),
        "search": _entry(
            "messages.search:search",
            "Find messages by words: in what was written, in subjects, in the names of attachments.",
        ),
        "log": _entry("tickets.log:log", "Show what happened to tickets, and who did it."),
        "explain": _entry("tickets.explain:explain", "Say why a ticket is as it is."),
        "attachment": _entry("messages.attachment:attachment", "List and save attachments."),
    },
    "Work on tickets": {
        "new": _entry("tickets.new:new", "Write down what a customer said elsewhere."),
        "next": _entry("tickets.take:next_", "Take the ticket that is next in your queue."),
        "take": _entry("tickets.take:take", "Make tickets yours."),
        "assign": _entry("tickets.assign:assign", "Give tickets to an agent or a team."),
        "reply": _entry("messages.reply:reply", "Answer the customer."),
        "draft": _entry("messages.draft:draft", "Texts of yours that were not sent."),
        "note": _entry("messages.note:note", "Write a note that only agents see."),
        "set": _entry("tickets.set:set_", "Set fields of tickets."),
        "tag": _entry("tickets.tag:tag", "Add tags to tickets or remove them."),
        "escalate": _entry(
            "tickets.escalate:escalate",
            "Hand tickets to someone who can do more, or ask them to allow something.",
        ),
        "approve": _entry("tickets.approve:approve", "Allow what a ticket waits for."),
        "deny": _entry("tickets.approve:deny", "Do not allow what a ticket waits for."),
        "promise": _entry("tickets.promise:promise", "Note by when the customer may expect an answer."),
        "solve": _entry("tickets.status:solve", "Mark tickets as solved."),
        "close": _entry("tickets.status:close", "Close tickets for good."),
        "reopen": _entry("tickets.status:reopen", "Open solved tickets again."),
        "merge": _entry("tickets.merge:merge", "Merge tickets into another one."),
        "split": _entry("tickets.split:split", "Begin a new ticket with messages of another."),
        "spam": _entry("tickets.spam:spam", "Close tickets as spam."),
        "unspam": _entry("tickets.spam:unspam", "Open tickets that are no spam after all."),
        "undo": _entry("tickets.undo:undo", "Undo your last command, on all tickets that it changed."),
    },
    "Set up and look after": {
        "init": _entry("operations.init:init", "Make a new desk: folder, configuration and store."),
        "doctor": _entry("operations.doctor:doctor", "Find what is wrong, and name the command that repairs it."),
        "daemon": _entry("operations.daemon:daemon", "Run the desk's daemon, or ask how it is."),
        "agent": _entry("agents.agent:agent", "Agents: the people who work at the desk."),
        "team": _entry("agents.team:team", "Teams of agents."),
        "route": _entry("routing.route:route", "Routing: who gets which ticket, and why."),
        "contact": _entry("contacts.contact:contact", "Customers: who they are on every channel."),
        "calendar": _entry("calendars.calendar:calendar", "Calendars: working hours and holidays, in any time zone."),
        "sla": _entry("sla.sla:sla", "Service levels: what was promised to whom, and by when."),
        "shift": _entry("shifts.shift:shift", "Shifts: who works when, and what the next shift should know."),
        "staffing": _entry(
            "shifts.staffing:staffing",
            "Say how many people which hour of the week needs, and how many the rota has.",
        ),
        "channel": _entry("operations.channel:channel", "Channels: how customers reach the desk."),
        "block": _entry("intake.block:block", "Senders whose mail is spam."),
        "inbox": _entry("intake.inbox:inbox", "What came in and is not a message on a ticket yet."),
        "outbox": _entry("delivery.outbox:outbox", "What is to leave the desk."),
        "config": _entry("operations.config:config", "Check the configuration and find it."),
        "plugin": _entry("operations.plugin:plugin", "Plugins: what is installed and what it brings."),
        "db": _entry("operations.db:db", "The store's schema: its revision and upgrades."),
        "completion": _entry("operations.completion:completion", "Print the completion script of a shell."),
        "demo": Entry("deskctl.demo.command:demo", "Run a whole desk on this machine and show it at work."),
    },
}

COMMANDS: dict[str, Entry] = {name: entry for section in SECTIONS.values() for name, entry in section.items()}
