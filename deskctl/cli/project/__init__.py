"""Creation of plugin projects from a template (`plugin new`) and checks of plugins (`plugin check`)."""
