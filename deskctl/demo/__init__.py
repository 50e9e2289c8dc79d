"""`deskctl demo`: a whole desk on this machine, real mails over real SMTP, and every command as a person types it.

`story` is what happens, `telegram` and `knowledge` are scenes of it that need a plugin, `stage` is the processes it
happens on, `world` the outside world, `mails` what customers write, `looking` how the story knows what has happened.
"""
