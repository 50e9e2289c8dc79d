"""What every test of the project may ask for: the real servers, an SMTP sink, and a way to wait without sleeping."""

import gc
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import hypothesis

from hatch_build import compiled
from tests.servers import memory, statements

pytest_plugins = [
    "tests.servers.isolation",
    "tests.servers.order",
    "tests.servers.fixtures",
    "deskctl.testing.pytest_plugin",
]

# A test starts hundreds of Python processes. Without compiled modules each of them compiles all of deskctl again.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

if memory.has_room():
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory.FOLDER))  # the folders of `tmp_path`

# A shell starts background jobs with SIGINT ignored, nohup with SIGHUP ignored; children would inherit that, and tests
# that interrupt or stop a process would depend on how they were started.
for _number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.default_int_handler if _number is signal.SIGINT else signal.SIG_DFL)

statements.share()


def pytest_collection_finish() -> None:
    """Collect garbage less often, and not the tests: each search of their millions of objects takes long."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


with suppress(ImportError):  # without Babel the catalogues are those of the installation
    for _project in (Path(__file__).parent, *Path(__file__).parent.glob("plugins/*")):
        for _catalogue in compiled(_project):
            pass

# A busy machine makes examples slow; that is not a failure.
hypothesis.settings.register_profile("deskctl", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("deskctl")
