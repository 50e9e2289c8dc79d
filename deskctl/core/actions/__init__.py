"""Actions on a ticket that automation runs, such as `priority=high`; SLA policies use them at their thresholds."""
