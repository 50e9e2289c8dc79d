"""Jobs for the automations and actions of plugins."""
