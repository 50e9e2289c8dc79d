"""Telegram for deskctl."""
