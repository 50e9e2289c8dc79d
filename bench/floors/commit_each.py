#!/usr/bin/env python3
"""deskctl with one mail in each commit: each mail is fetched, written to the journal and turned into a message on its own.
usage: commit_each.py daemon run"""
from deskctl.cli.main import main
from deskctl.daemon import journal
from deskctl_email import imap_fetch
assert journal.BATCH_ROWS > 1 and imap_fetch.BATCH_MAILS > 1
journal.BATCH_ROWS = imap_fetch.BATCH_MAILS = 1
if __name__ == "__main__": main()
