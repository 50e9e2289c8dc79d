"""The table of commands: module, attribute and help line of each.

`deskctl --help` and the completion of command names read this table and import no command. A test checks that each help
line equals the first line of its command's help.
"""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """A command. `target` is `module:attribute`; `help` is its line in `deskctl --help`."""

    target: str
    help: str


def _entry(path: str, help: str) -> Entry:
    """Return the entry of a command. `path` is `module:attribute`, relative to this package."""
    return Entry(f"{__name__}.{path}", help)


#: The sections of `deskctl --help`, in order.
SECTIONS: dict[str, dict[str, Entry]] = {
    "View tickets": {
        "list": _entry("tickets.list:list_", "List tickets, most recently changed first."),
        "queue": _entry("tickets.queue:queue", "List the tickets to work on next, ordered by due time."),
        "show": _entry("tickets.show:show", "Show tickets with their messages."),
        "search": _entry("search.search:search", "Search messages, subjects and attachment names."),
        "view": _entry("saved_views.view:view", "Manage saved views: queries that have a name."),
        "log": _entry("tickets.log:log", "Show the history of tickets."),
        "explain": _entry("tickets.explain:explain", "Explain the SLA clocks of a ticket."),
        "attachment": _entry("messages.attachment:attachment", "List and save attachments."),
    },
    "Work on tickets": {
        "new": _entry("tickets.new:new", "Create a ticket for a request received outside the desk."),
        "next": _entry("tickets.take:next_", "Take the next ticket in your queue."),
        "take": _entry("tickets.take:take", "Assign tickets to yourself."),
        "assign": _entry("tickets.assign:assign", "Assign tickets to an agent or a team."),
        "reply": _entry("messages.reply:reply", "Reply to the customer."),
        "draft": _entry("messages.draft:draft", "Manage drafts: texts that were not sent."),
        "note": _entry("messages.note:note", "Add an internal note to a ticket."),
        "set": _entry("tickets.set:set_", "Set fields of tickets."),
        "tag": _entry("tickets.tag:tag", "Add and remove tags."),
        "escalate": _entry("tickets.escalate:escalate", "Escalate tickets, or ask for approval."),
        "approve": _entry("tickets.approve:approve", "Approve tickets that wait for approval."),
        "deny": _entry("tickets.approve:deny", "Deny approval for tickets."),
        "promise": _entry("tickets.promise:promise", "Promise the customer an answer by a given time."),
        "solve": _entry("tickets.status:solve", "Mark tickets as solved."),
        "close": _entry("tickets.status:close", "Close tickets permanently."),
        "reopen": _entry("tickets.status:reopen", "Reopen solved tickets."),
        "merge": _entry("merges.merge:merge", "Merge tickets into another ticket."),
        "split": _entry("merges.split:split", "Move messages of a ticket to a new ticket."),
        "spam": _entry("tickets.spam:spam", "Mark tickets as spam."),
        "unspam": _entry("tickets.spam:unspam", "Restore tickets that were marked as spam."),
        "undo": _entry("undo.undo:undo", "Undo your last command, on all tickets that it changed."),
    },
    "Set up and operate the desk": {
        "init": _entry("operations.init:init", "Create a desk: folder, configuration and store."),
        "doctor": _entry("operations.doctor:doctor", "Find problems and show the command that repairs each."),
        "daemon": _entry("operations.daemon:daemon", "Run, check and stop the daemon."),
        "agent": _entry("agents.agent:agent", "Manage agents, the people who work at the desk."),
        "team": _entry("agents.team:team", "Manage teams of agents."),
        "route": _entry("routing.route:route", "Explain and run ticket routing."),
        "contact": _entry("contacts.contact:contact", "Manage customers and their addresses on all channels."),
        "calendar": _entry("calendars.calendar:calendar", "Manage calendars: business hours and holidays."),
        "sla": _entry("sla.sla:sla", "Manage SLA policies and list due times."),
        "shift": _entry("shifts.shift:shift", "Manage shifts, days off and handover notes."),
        "staffing": _entry("shifts.staffing:staffing", "Calculate how many agents each hour of the week needs."),
        "channel": _entry("operations.channel:channel", "List and test channels."),
        "block": _entry("intake.block:block", "Manage blocked senders."),
        "inbox": _entry("intake.inbox:inbox", "Manage incoming messages that are not on a ticket yet."),
        "outbox": _entry("delivery.outbox:outbox", "Manage outgoing messages."),
        "config": _entry("operations.config:config", "Check and locate the configuration."),
        "plugin": _entry("operations.plugin:plugin", "Manage and develop plugins."),
        "db": _entry("operations.db:db", "Manage the store: schema upgrades and search index."),
        "completion": _entry("operations.completion:completion", "Print a shell completion script."),
        "demo": Entry("deskctl.demo.command:demo", "Show a running example desk on this machine."),
    },
}

COMMANDS: dict[str, Entry] = {name: entry for section in SECTIONS.values() for name, entry in section.items()}
