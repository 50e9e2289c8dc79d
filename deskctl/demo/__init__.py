"""`deskctl demo`: a complete desk on this machine, with real mail over SMTP and real commands.

`story` contains the steps; `telegram` and `knowledge_base` are steps that need a plugin. `stage` runs the processes,
`world` is the SMTP server of the customers, `mails` contains their mails, and `state` reads the state of the desk.
"""
