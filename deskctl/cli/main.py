"""`deskctl`: the root command, and the conversion of errors to exit codes."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Callable
from typing import NoReturn

import click

from .. import __version__
from ..errors import ConfigError, DeskctlError
from .context import CliContext
from .lazy import LazyGroup
from .messages import _, shown, use_shell_language
from .options import common_options
from .streams import OutputError, discard_output, prepare

INTERNAL_ERROR = 70  # EX_SOFTWARE of sysexits.h
INTERRUPTED = 130  # 128 + SIGINT, as in shells
OUTPUT_FAILED = 74  # EX_IOERR of sysexits.h
BROKEN_PIPE = 141  # 128 + SIGPIPE
COMPLETING = "_DESKCTL_COMPLETE"  # the environment variable of the completion scripts


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    params=list(common_options(hidden=False)),
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": None, "max_content_width": 100},
    subcommand_metavar="COMMAND [ARGS]...",
)
@click.version_option(
    __version__, prog_name="deskctl", message="%(prog)s %(version)s", help="Show the version and exit."
)
@click.pass_context
def cli(ctx: click.Context) -> int | None:
    """A help desk for the command line.

    Without a command, lists your open tickets and the next ticket in your queue.

    \b
    Examples:
      deskctl init --dir desk
      deskctl list
      deskctl reply 42 -m "We are on it."
    """
    if ctx.invoked_subcommand is None:
        from .commands.tickets.home import home

        return home(ctx.obj)
    return None


def run(arguments: list[str], *, lost: Callable[[], bool] = lambda: False) -> int:
    """Run a command line, print its errors, and return the exit code. Raises only with `--debug`.

    `lost` returns True if output was lost because standard output is closed. A command that changed something still
    succeeds, because a script that sees a failure would run it again.
    """
    context = CliContext()
    use_shell_language()
    try:
        try:
            result = _invoke(arguments, context)
        except Exception:
            _flush_before_error()
            raise
        finally:
            context.release()
        sys.stdout.flush()
        if lost() and not context.changed:
            _print_error(_("standard output is closed"), _("send the output somewhere, or to /dev/null"))
            return OUTPUT_FAILED
        return result if isinstance(result, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        sys.stderr.write(error.format_message() + "\n")
        return 2
    except click.ClickException as error:
        _print_error(error.format_message(), _usage_hint(error))
        return 2
    except DeskctlError as error:
        if context.debug:
            raise
        for problem in error.problems if isinstance(error, ConfigError) else ():
            sys.stderr.write(_safe(problem) + "\n")
        _print_error(error.what, error.hint)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        if sys.stderr.isatty():
            sys.stderr.write("\n")  # end the line in which the terminal printed ^C
        return INTERRUPTED
    except BrokenPipeError:
        discard_output()
        return BROKEN_PIPE
    except OutputError as error:
        discard_output()
        _print_error(_("cannot write to standard output: {reason}", reason=error.strerror), _carried_out(context))
        return OUTPUT_FAILED
    except Exception as error:
        if context.debug or "--debug" in arguments:
            raise
        _print_error(
            _("unexpected error: {error}", error=f"{type(error).__name__}: {error}".splitlines()[0]),
            _("run the command again with --debug and report the output"),
        )
        return INTERNAL_ERROR


def _invoke(arguments: list[str], context: CliContext) -> object:
    """Do the same as `click.Group.main`, without its handling of Ctrl-C and closed pipes."""
    if COMPLETING in os.environ:
        from .bash_completion import register

        register()
        return cli.main(arguments, "deskctl", COMPLETING, standalone_mode=False, obj=context)
    try:
        with cli.make_context("deskctl", arguments, obj=context) as ctx:
            return cli.invoke(ctx)
    except click.exceptions.Exit as end:
        return end.exit_code


def _flush_before_error() -> None:
    """Print the output of a command that failed halfway, before its error."""
    try:
        sys.stdout.flush()
    except OSError:
        discard_output()  # the error of the command matters more than the lost output


def _carried_out(context: CliContext) -> str:
    if context.changed:
        return _("the command was carried out; only its report is lost")
    return _("free some space, or write somewhere else")


def _usage_hint(error: click.ClickException) -> str:
    ctx = getattr(error, "ctx", None)
    return _("see {command} --help", command=ctx.command_path if ctx is not None else "deskctl")


def _print_error(what: str, hint: str) -> None:
    sys.stderr.write(_("error: {what}", what=_safe(what)) + "\n")
    if hint:
        sys.stderr.write(_("hint: {hint}", hint=_safe(hint)) + "\n")


def _safe(text: str) -> str:
    from ..safe import visible

    return visible(shown(text).strip())


def main() -> NoReturn:
    """Run the console script."""
    code = run(sys.argv[1:], lost=prepare())
    sys.stderr.flush()
    if threading.active_count() == 1:
        # Exit without finalizing the interpreter, which takes a tenth of the time of a short command.
        atexit._run_exitfuncs()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    main()
