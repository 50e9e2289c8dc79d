"""A single-file plugin that answers every new ticket automatically."""

PLUGIN = '''
"""Answers every question with the same text."""
from deskctl.plugins import AutomationType, hookimpl
from deskctl.plugins.actions import Answer, Choice

CHOICES = (Choice("solved", "This solved it"), Choice("person", "I need a person"))

def run(happening, context):
    yield Answer(happening.ticket, happening.facts["message"], "Turn it off and on.", CHOICES)

@hookimpl
def deskctl_automations():
    return [AutomationType("off-and-on", frozenset({"message_received"}), run)]
'''
