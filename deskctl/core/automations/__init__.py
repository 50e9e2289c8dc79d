"""Jobs for the automations of plugins."""
