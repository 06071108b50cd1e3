"""click's building blocks with texts in both languages, and subcommands that load when called."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable, Mapping
from typing import Any

import click

from kanpo.cli._argv import check_paths
from kanpo.cli._forms import with_form
from kanpo.cli._number import Number
from kanpo.cli._paths import check_written, writes
from kanpo.errors import InputUnusable
from kanpo.locale import Text, language

_HEADINGS = {
    "Usage": Text("使い方", "Usage"),
    "Options": Text("オプション", "Options"),
    "Commands": Text("コマンド", "Commands"),
    "help": Text("この説明を表示する", "Show this help."),
    "lang": Text("表示の言語(ja か en)", "language of messages (ja or en)"),
    "force": Text(
        "書き出し先にほかのファイルがあっても書く(そのファイルは日時の付いた名前で残す)",
        "write even where another file stands (it is kept under a dated name)",
    ),
    "debug": Text("誤りの時に内部の経過も表示する", "show the traceback of an error"),
}


class BilingualOption(click.Option):
    """An option whose help is a `Text`."""

    def __init__(self, names: Any, *, help: Text, **settings: Any) -> None:
        super().__init__(names, help=help.en, **settings)
        self.text = help

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The option and its help, in the current language."""
        self.help = str(self.text)
        if isinstance(self.type, Number) and str(bounds := self.type.bounds()):
            self.help = f"{self.help} ({bounds})"
        record = super().get_help_record(ctx)
        if record is None or language() == "en":
            return record
        return record[0], record[1].replace("[required]", "[必須]").replace("[default: ", "[省略時: ")


def option(*names: str, help: Text, **settings: Any) -> Callable[[Any], Any]:
    """``click.option`` with a bilingual help."""
    return click.option(*names, cls=BilingualOption, help=help, **settings)


def argument(name: str, **settings: Any) -> Callable[[Any], Any]:
    """``click.argument``; named here so that commands import from one place."""
    return click.argument(name, **settings)


class _Spoken(click.Command):
    """Help in the current language, and options that every command has."""

    text: Text

    def __init__(self, name: str | None = None, *, help: Text, **settings: Any) -> None:
        super().__init__(name, help=help.en, **settings)
        self.text = help
        self.params.append(
            BilingualOption(
                ["--lang"], help=_HEADINGS["lang"], type=click.Choice(["ja", "en"]), expose_value=False
            )
        )
        if writes(self.params):
            self.params.append(
                BilingualOption(
                    ["--force"], help=_HEADINGS["force"], is_flag=True, expose_value=False, callback=_allow
                )
            )
        self.params.append(
            BilingualOption(["--debug"], help=_HEADINGS["debug"], is_flag=True, expose_value=False)
        )

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the command line; a path that no file can have ends it here for every command."""
        rest = super().parse_args(ctx, args)
        check_paths(ctx.params.values())
        return rest

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, after a look at what it is asked to write."""
        if writes(self.params):
            check_written(ctx, self.params)
        try:
            return super().invoke(ctx)
        except InputUnusable as error:
            # Groups hand on what their command has said already.
            if isinstance(self, click.Group):
                raise
            raise with_form(error, ctx) from error

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """``--help`` with a help of its own in both languages."""
        found = super().get_help_option(ctx)
        if found is not None:
            found.help = str(_HEADINGS["help"])
        return found

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The usage line under the right heading."""
        pieces = self.collect_usage_pieces(ctx)
        formatter.write_usage(ctx.command_path, " ".join(pieces), f"{_HEADINGS['Usage']}: ")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The description; Japanese is wrapped by hand, since it has no blanks to break at."""
        formatter.write_paragraph()
        with formatter.indentation():
            for line in str(self.text).splitlines():
                if language() == "en" and line and not line.startswith(" "):
                    formatter.write_text(line)
                else:
                    formatter.write(f"{' ' * formatter.current_indent}{line}\n".replace("  \n", "\n"))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options, one to a line."""
        records = [record for param in self.get_params(ctx) if (record := param.get_help_record(ctx))]
        if records:
            with formatter.section(str(_HEADINGS["Options"])):
                formatter.write_dl(records)

    def get_short_help_str(self, limit: int = 60) -> str:
        """The first line of the description."""
        return str(self.text).splitlines()[0]


def _allow(ctx: click.Context, param: click.Parameter, force: bool) -> None:
    """``--force``: files that kanpo did not write may give way in this run."""
    from kanpo.files import current_outputs

    current_outputs().force = force


class BilingualCommand(_Spoken):
    """A command whose help is a `Text`."""


class BilingualGroup(_Spoken, click.Group):
    """A group whose subcommands are loaded only when they are called.

    `lazy` maps the name of a subcommand to ``(module:attribute, short help)``.
    """

    def __init__(
        self, *names: Any, lazy: Mapping[str, tuple[str, Text]] | None = None, **settings: Any
    ) -> None:
        super().__init__(*names, **settings)
        self.lazy = dict(lazy or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all subcommands, in the order in which they were given."""
        return [*self.lazy, *self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The subcommand of that name."""
        if cmd_name not in self.lazy:
            return self.commands.get(cmd_name)
        module, _, attribute = self.lazy[cmd_name][0].partition(":")
        found = getattr(importlib.import_module(module), attribute)
        assert isinstance(found, click.Command)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the subcommand, or say which one may have been meant."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            near = difflib.get_close_matches(name, self.list_commands(ctx), n=1, cutoff=0.5)
            what = Text(f"「{name}」というコマンドはありません。", f"No such command '{name}'. ")
            hint = (
                Text(f"もしかして「{near[0]}」ですか。", f"Did you mean '{near[0]}'?")
                if near
                else Text("", "")
            )
            raise click.UsageError(f"{what}{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options, then the subcommands."""
        super().format_options(ctx, formatter)
        rows = []
        for name in self.list_commands(ctx):
            short = (
                self.lazy[name][1]
                if name in self.lazy
                else getattr(self.commands[name], "text", Text("", ""))
            )
            rows.append((name, str(short).splitlines()[0]))
        if rows:
            with formatter.section(str(_HEADINGS["Commands"])):
                formatter.write_dl(rows)


def command(name: str, help: Text, **settings: Any) -> Callable[[Any], BilingualCommand]:
    """Make a function a command."""
    return click.command(name, cls=BilingualCommand, help=help, **settings)


def group(name: str, help: Text, **settings: Any) -> Callable[[Any], BilingualGroup]:
    """Make a function a group of commands."""
    return click.group(name, cls=BilingualGroup, help=help, **settings)


def subcommand(of: BilingualGroup, name: str, help: Text, **settings: Any) -> Callable[[Any], Any]:
    """Make a function a command of a group."""
    return of.command(name, cls=BilingualCommand, help=help, **settings)
