"""The words of documents that lists show to people: collected for the catalogues, never imported."""

from __future__ import annotations

from ..i18n import _p

WORDS = (
    # ticket status
    _p("value", "new"),
    _p("value", "open"),
    _p("value", "pending"),
    _p("value", "hold"),
    _p("value", "solved"),
    _p("value", "closed"),
    _p("value", "merged"),
    # priority
    _p("value", "low"),
    _p("value", "normal"),
    _p("value", "high"),
    _p("value", "urgent"),
    # SLA clocks
    _p("value", "active"),
    _p("value", "breached"),
    _p("value", "fulfilled"),
    _p("value", "paused"),
    _p("value", "warned"),
    # SLA metrics
    _p("value", "first response"),
    _p("value", "next response"),
    _p("value", "promise"),
    _p("value", "resolution"),
    _p("value", "update"),
    _p("value", "work"),
    # deliveries
    _p("value", "cancelled"),
    _p("value", "claimed"),
    _p("value", "failed"),
    _p("value", "queued"),
    _p("value", "retry"),
    _p("value", "sending"),
    _p("value", "sent"),
    _p("value", "uncertain"),
    # kinds of outgoing messages
    _p("value", "auto"),
    _p("value", "copy"),
    _p("value", "notification"),
    _p("value", "reply"),
    # received mail
    _p("value", "done"),
    _p("value", "dropped"),
    _p("value", "quarantined"),
    _p("value", "waiting"),
    # agents and routing
    _p("value", "away"),
    _p("value", "offline"),
    _p("value", "online"),
    _p("value", "dedicated"),
    _p("value", "shared"),
    # services of the daemon
    _p("value", "backoff"),
    _p("value", "off"),
    _p("value", "on"),
    _p("value", "running"),
    _p("value", "stopped"),
    # reasons of a paused clock
    _p("value", "no policy"),
    _p("value", "no target"),
    # truth
    _p("value", "no"),
    _p("value", "yes"),
    # facts of a message in `outbox show` and `inbox show`
    _p("column", "attempts"),
    _p("column", "bcc"),
    _p("column", "cc"),
    _p("column", "channel"),
    _p("column", "created at"),
    _p("column", "duplicate"),
    _p("column", "from"),
    _p("column", "gives up at"),
    _p("column", "id"),
    _p("column", "kind"),
    _p("column", "last error"),
    _p("column", "message"),
    _p("column", "message id"),
    _p("column", "next attempt at"),
    _p("column", "reason"),
    _p("column", "received at"),
    _p("column", "sent at"),
    _p("column", "size"),
    _p("column", "state"),
    _p("column", "subject"),
    _p("column", "ticket"),
    _p("column", "to"),
    _p("column", "envelope recipients"),
    _p("column", "envelope sender"),
    _p("column", "envelope size"),
    _p("column", "envelope via"),
)
