"""`deskctl demo`: a whole desk on this machine, real mails over real SMTP, and every command as a person types it.

`story` is what happens, `stage` the processes it happens on, `world` the outside world, `mails` what customers write.
"""
