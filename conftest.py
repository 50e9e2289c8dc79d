"""What every test of the project may ask for: the real servers, an SMTP sink, and a way to wait without sleeping."""

import signal
from contextlib import suppress
from pathlib import Path

from hatch_build import compiled

pytest_plugins = ["tests.servers.fixtures", "deskctl.testing.pytest_plugin"]

# A shell starts background jobs with SIGINT ignored, nohup with SIGHUP ignored; children would inherit that, and tests
# that interrupt or stop a process would depend on how they were started.
for _number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.default_int_handler if _number is signal.SIGINT else signal.SIG_DFL)

with suppress(ImportError):  # without Babel the catalogues are those of the installation
    for _project in (Path(__file__).parent, *Path(__file__).parent.glob("plugins/*")):
        for _catalogue in compiled(_project):
            pass
