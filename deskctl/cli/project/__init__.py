"""For authors of plugins: a new project from a template, and a judge of one that is there."""
