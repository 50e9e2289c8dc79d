"""SLA: policies with response targets, the clocks that measure them, and the actions at their thresholds.

`policy` defines targets, `conditions` selects the tickets, `policy_book` holds all policies and calendars with their
versions. `ticket_history` extracts from a ticket's events what its clocks depend on, `clocks` calculates them,
`thresholds` computes when an action is due, `recalculate` records the changes as events.
"""
