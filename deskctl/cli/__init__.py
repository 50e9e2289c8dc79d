"""deskctl at the shell: thin commands, loaded one at a time, that speak to a Desk."""
