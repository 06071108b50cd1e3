"""The entry point: language, errors and exit codes."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Sequence

import click

from kanpo import __version__
from kanpo.cli._argv import check_words
from kanpo.cli._click import BilingualGroup
from kanpo.cli._present import say_error, waiting
from kanpo.errors import EnvironmentFailure, KanpoError, Place
from kanpo.locale import Text, language_from_environment, set_language

#: What a shell reports when a program was interrupted (128 + SIGINT).
_INTERRUPTED = 130
#: An error in kanpo itself (EX_SOFTWARE of BSD's sysexits).
_BUG = 70

_COMMANDS: dict[str, tuple[str, Text]] = {
    "init": ("kanpo.cli.commands.init:init", Text("新しいプロジェクトを作る", "make a new project")),
    "demo": (
        "kanpo.cli.commands.demo:demo",
        Text("見本の町で一通り動かす", "run everything on the sample municipality"),
    ),
    "doctor": (
        "kanpo.cli.commands.doctor:doctor",
        Text("動く環境かどうかを調べる", "check whether this computer is ready"),
    ),
    "status": (
        "kanpo.cli.commands.status:status",
        Text("プロジェクトの今の様子", "what the project holds, and what is stale"),
    ),
    "ingest": (
        "kanpo.cli.commands.ingest:ingest",
        Text("筆(耕作放棄地)を取り込む", "read parcels of abandoned farmland"),
    ),
    "layers": (
        "kanpo.cli.commands.layers:layers",
        Text("主題図(標高・土壌・気候)", "map layers: elevation, soil, climate"),
    ),
    "score": (
        "kanpo.cli.commands.score:score",
        Text("立地要因と適地度を計算する", "compute site factors and scores"),
    ),
    "explain": (
        "kanpo.cli.commands.explain:explain_command",
        Text("適地度の理由を説明する", "say why a parcel has its score"),
    ),
    "costs": (
        "kanpo.cli.commands.costs:costs",
        Text("事業性: 筆ごとの費用と時間", "workability: yen and hours of each parcel"),
    ),
    "assumptions": (
        "kanpo.cli.commands.assumptions:assumptions",
        Text("前提(労賃・単価・時間)を尋ねる・読む", "figures that are asked for: wage, prices, hours"),
    ),
    "weights": (
        "kanpo.cli.commands.weights:weights",
        Text("専門家の比較から重みを決める", "weights from an expert panel's comparisons"),
    ),
    "robust": (
        "kanpo.cli.commands.robust:robust",
        Text("順位がどれだけ確かかを調べる", "say how sure a ranking is"),
    ),
    "ranking": (
        "kanpo.cli.commands.ranking:ranking_command",
        Text("どの筆にどの生薬か(順位)", "which herb where: rankings"),
    ),
    "climate": (
        "kanpo.cli.commands.climate:climate",
        Text("年々の気候と温暖化: 収まる年の割合", "years and climate: share of years, scenarios"),
    ),
    "blocks": (
        "kanpo.cli.commands.blocks:blocks",
        Text("まとまった団地を探す", "find parcels that lie together"),
    ),
    "visits": (
        "kanpo.cli.commands.visits:visits",
        Text("現地調査の計画を立てる", "plan site visits"),
    ),
    "map": (
        "kanpo.cli.commands.map:map_command",
        Text("1枚のHTML地図を書く", "write the map: one HTML file"),
    ),
    "picture": (
        "kanpo.cli.commands.picture:picture",
        Text("報告書に貼る図を書く", "pictures for reports"),
    ),
    "parcels": (
        "kanpo.cli.commands.parcels:parcels",
        Text("筆を探す・一覧・書き出す", "find, list and export parcels"),
    ),
    "herbs": ("kanpo.cli.commands.herbs:herbs", Text("生薬の目録", "the herb catalogue")),
    "growers": ("kanpo.cli.commands.growers:growers", Text("担い手・生産者", "growers")),
    "trials": ("kanpo.cli.commands.trials:trials", Text("試験栽培", "test cultivation")),
    "lots": (
        "kanpo.cli.commands.lots:lots",
        Text("ロットの由来・収支・適否・ラベル", "lots: trace, balance, limits, labels"),
    ),
    "analyze": (
        "kanpo.cli.commands.analyze:analyze",
        Text("試験を統計で解析する", "analyse a trial: what it shows and what not"),
    ),
    "record": ("kanpo.cli.commands.record:record", Text("記録を1件つける", "write one record")),
    "records": (
        "kanpo.cli.commands.conflicts:records",
        Text("記録の一覧・取込・訂正", "list, import and correct records"),
    ),
    "traits": ("kanpo.cli.commands.traits:traits", Text("調査項目の一覧", "the dictionary of traits")),
    "evidence": (
        "kanpo.cli.commands.evidence:evidence",
        Text("試験が予測に何を教えるか", "what the trials say about the scores"),
    ),
    "compare": (
        "kanpo.cli.commands.compare:compare",
        Text(
            "試料の表を比べる(成分・味・年次・乾燥)",
            "compare tables of samples: components, taste, years, drying",
        ),
    ),
    "verify": (
        "kanpo.cli.commands.verify:verify",
        Text("壊れ・書き換えがないか調べる", "check for damage and tampering"),
    ),
    "edits": (
        "kanpo.cli.commands.edits:edits",
        Text("QGIS などでの編集を取り込む・戻す", "take in or undo edits made in QGIS and the like"),
    ),
    "backup": ("kanpo.cli.commands.backup:backup", Text("確かめた写しを作る", "make a checked copy")),
    "restore": ("kanpo.cli.commands.restore:restore", Text("写しに戻す", "go back to a copy")),
    "merge": (
        "kanpo.cli.commands.merge:merge",
        Text("別の写しの記録を合わせる", "add the records of another copy"),
    ),
    "archive": (
        "kanpo.cli.commands.archive:archive",
        Text("全部を1つの zip に保存する", "keep everything in one zip"),
    ),
}

_ABOUT = Text(
    """kanpo - 耕作放棄地を薬草の畑へ

筆を取り込み(ingest)、立地を生薬ごとに評価し(score)、試験栽培を記録し(record)、
関係者が開ける1枚の地図(map)にします。はじめては kanpo demo をどうぞ。

終了コード: 0 完了 / 1 完了・一部差戻し / 2 使い方の誤り / 3 入力が使えない(変更なし)
            4 人の判断が要る / 5 データの破損 / 6 ディスク・権限など""",
    """kanpo - from abandoned farmland to fields of crude-drug herbs

Read parcels (ingest), score them for each herb (score), record test cultivation (record),
and write one map that partners open (map). Start with: kanpo demo

Exit codes: 0 done / 1 done, some rows rejected / 2 usage / 3 input unusable, nothing changed /
4 a person must decide / 5 data damaged / 6 disk, permissions and the like""",
)


def root() -> BilingualGroup:
    """The command ``kanpo`` with all its subcommands."""
    cli = BilingualGroup("kanpo", help=_ABOUT, lazy=_COMMANDS)
    return click.version_option(__version__, prog_name="kanpo", help="version")(cli)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run kanpo.

    Parameters
    ----------
    arguments : sequence of str, optional
        Instead of the command line's.

    Returns
    -------
    int
        The exit code.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A Windows console may know CP932 only: better a visible escape than a crash.
            stream.reconfigure(errors="backslashreplace")
    set_language(_wanted_language(words))
    try:
        check_words(words)
        return _run(words)
    except KanpoError as error:
        return _stopped(error, "--debug" in words)
    except BrokenPipeError:
        # Whoever read our output (``| head``) has enough; nothing is wrong.
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
        return 0
    except (OSError, MemoryError) as error:
        # Wherever a disk, a folder or a right is missing, it is the machine and not kanpo.
        return _stopped(_of_machine(error), "--debug" in words)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as error:
        return _usage(error)
    except (KeyboardInterrupt, click.Abort):
        click.echo(str(Text("\n中断しました", "\ninterrupted")), err=True)
        return _INTERRUPTED
    except Exception:  # the last resort: no traceback meets a user
        return _unexpected("--debug" in words)


def _run(words: Sequence[str]) -> int:
    """The command, and afterwards the news of files that gave way, whether it ended well or not."""
    from kanpo.files import outputs

    with waiting(), outputs() as run:
        try:
            result = root().main(list(words), prog_name="kanpo", standalone_mode=False)
        finally:
            for news in (*(kept.text() for kept in run.kept), *run.notes):
                click.echo(str(news), err=True)
    return result if isinstance(result, int) else 0


def _stopped(error: KanpoError, debug: bool) -> int:
    if debug:
        traceback.print_exc()
    say_error(error)
    return error.exit_code


def _of_machine(error: OSError | MemoryError) -> EnvironmentFailure:
    """A file, a folder or the memory that failed where no command says more about it."""
    name = getattr(error, "filename", None)
    reason = getattr(error, "strerror", None) or type(error).__name__
    what = (
        Text("メモリーが足りません", "there is not enough memory")
        if isinstance(error, MemoryError)
        else Text(f"ファイルを読み書きできません({reason})", f"a file cannot be read or written ({reason})")
    )
    mend = Text(
        "場所・名前・権限・空き容量を確かめ、ほかのソフトを閉じてください",
        "check the place, name, permissions and free space, and close other programs",
    )
    return EnvironmentFailure("machine.failed", what, mend, Place(None if name is None else str(name)))


def _wanted_language(words: Sequence[str]) -> str:
    for position, word in enumerate(words):
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
        if word == "--lang" and position + 1 < len(words):
            return words[position + 1]
    return language_from_environment()


def _usage(error: click.ClickException) -> int:
    context = getattr(error, "ctx", None)
    click.echo(f"{Text('エラー', 'error')}: {_spoken(error)}", err=True)
    if context is not None:
        hint = Text(f"使い方は {context.command_path} --help", f"see {context.command_path} --help")
        click.echo(str(hint), err=True)
    return 2


def _spoken(error: click.ClickException) -> str:
    """click's own message, in Japanese where kanpo speaks Japanese."""
    said = error.format_message()
    if isinstance(error, click.NoSuchOption):
        near = f"もしかして {'、'.join(error.possibilities)} ですか。" if error.possibilities else ""
        return str(Text(f"{error.option_name} というオプションはありません。{near}", said))
    if isinstance(error, click.MissingParameter):
        name = error.param.get_error_hint(error.ctx) if error.param and error.ctx else ""
        return str(Text(f"{name} を指定してください。", said))
    if isinstance(error, click.BadOptionUsage):
        return str(Text(f"{error.option_name} の後に値を書いてください。", said))
    if isinstance(error, click.BadParameter):
        name = error.param.get_error_hint(error.ctx) if error.param and error.ctx else ""
        return str(Text(f"{name} の値が正しくありません({error.message})。", said))
    if said.startswith("Got unexpected extra argument"):
        return str(Text(f"余分な言葉があります: {said.partition('(')[2].rstrip(')')}", said))
    return said


def _unexpected(debug: bool) -> int:
    if debug:
        traceback.print_exc()
        return _BUG
    log = _logged()
    message = Text(
        f"エラー: kanpo の中で思わぬ誤りが起きました。データは変えていません。経過: {log}",
        f"error: something went wrong inside kanpo. No data were changed. Log: {log}",
    )
    click.echo(str(message), err=True)
    return _BUG


def _logged() -> str:
    """Where the traceback went; on a full disk it is shown instead."""
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="kanpo-", suffix=".log", delete=False, encoding="utf-8"
        ) as log:
            log.write(f"kanpo {__version__}, Python {sys.version}\n")
            traceback.print_exc(file=log)
    except OSError:
        return traceback.format_exc()
    return log.name
