"""The options that every command has, and the classes that give them to it.

`deadlines --json list` and `deadlines list --json` mean the same. Each command and group carries the same option objects;
an option that was typed adds itself to one frozen `Options` in the click context's `meta`, which all levels share, so the
command, being last, sees what was typed anywhere. Flags add up, a value typed later wins.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from inspect import cleandoc
from typing import Any, NamedTuple, cast

import click
from click.core import ParameterSource

_META_KEY = "deadlines.options"
HELP_NAMES = {"help_option_names": ["-h", "--help"]}


class Color(enum.Enum):
    """When to colour."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class Options(NamedTuple):
    """What every command is told. `config` is the path that was typed, None where none was."""

    config: str | None = None
    json: bool = False
    color: Color = Color.AUTO
    verbose: int = 0
    quiet: bool = False
    yes: bool = False


def options_of(context: click.Context) -> Options:
    """What has been typed so far, at any level."""
    options: Options = context.meta.get(_META_KEY, Options())
    return options


def _merge(context: click.Context, parameter: click.Parameter, value: object) -> None:
    name = parameter.name or ""
    if context.get_parameter_source(name) is not ParameterSource.COMMANDLINE:
        return
    before = options_of(context)
    match name, value:
        case "color", str():
            value = Color(value)
        case "verbose", int():
            value += before.verbose
        case _:
            pass
    context.meta[_META_KEY] = before._replace(**{name: value})  # type: ignore[arg-type] # the names are the fields', the types the options'


def _global(*names: str, **attributes: Any) -> click.Option:  # noqa: ANN401 # click's own signature
    return click.Option(names, expose_value=False, callback=_merge, **attributes)


GLOBAL_OPTIONS: tuple[click.Parameter, ...] = (
    _global("--config", metavar="PATH", type=click.Path(), help="Use this configuration file"),
    _global("--json", is_flag=True, help="Print one JSON object instead of text"),
    _global("--color", type=click.Choice([color.value for color in Color]), help="Colour the output; auto: on a terminal"),
    _global("-v", "--verbose", count=True, help="Say more; -vv: with the traceback of an internal error"),
    _global("-q", "--quiet", is_flag=True, help="Print results only, tables without headings"),
    _global("--yes", is_flag=True, help="Answer every question with yes"),
)


class _Named(click.Command):
    """A command or group with the global options, listed after its own."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Our own parameters, then those of every command."""
        return [*super().get_params(ctx), *GLOBAL_OPTIONS]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """What was typed; a mistake in it is told with the command that it was made in, which click's parser leaves out."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 # click's signature
        """The docstring; a paragraph with indented lines is printed as it is."""
        with formatter.indentation():
            for paragraph in help_text(self).split("\n\n"):
                as_it_is = "\b\n" if "\n  " in paragraph else ""  # click's mark against wrapping
                formatter.write_paragraph()
                formatter.write_text(as_it_is + paragraph)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Two sections of options."""
        own = [parameter for parameter in self.get_params(ctx) if parameter not in GLOBAL_OPTIONS]
        for title, parameters in (("Options", own), ("Options of every command", GLOBAL_OPTIONS)):
            with formatter.section(title):
                formatter.write_dl(help_records(ctx, parameters))


def help_text(command: click.Command) -> str:
    """The docstring of a command, its first line without the full stop that docstrings have."""
    first, newline, rest = cleandoc(command.help or "").partition("\n")
    return first.removesuffix(".") + newline + rest


def help_records(context: click.Context, parameters: Sequence[click.Parameter]) -> list[tuple[str, str]]:
    """`(names, help)` of the options among `parameters`; hidden ones and arguments are left out."""
    records = [parameter.get_help_record(context) for parameter in parameters if isinstance(parameter, click.Option)]
    return [record for record in records if record is not None]


class Command(_Named):
    """A command whose function takes `Options` first and returns an exit code, or None for 0."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 # click's own signature
        """Call the function."""
        return ctx.invoke(cast("Callable[..., object]", self.callback), options_of(ctx), **ctx.params)


class Group(_Named, click.Group):
    """A noun with verbs, such as `client add`: `@run.command("add")`."""

    command_class = Command

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Options, then the verbs."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)


def command(name: str, *, epilog: str | None = None) -> Callable[[Callable[..., int | None]], Command]:
    """Decorate the function of a command; click's own decorators for arguments and options go below."""
    return click.command(name, cls=Command, epilog=epilog, context_settings=HELP_NAMES)


def group(name: str) -> Callable[[Callable[[], None]], Group]:
    """Decorate an empty function whose docstring is the help of a noun with verbs."""
    return click.group(name, cls=Group, no_args_is_help=False, context_settings=HELP_NAMES)
