"""Delivery: the outbox, routes, results and bounces."""
