"""Whether a design can be made of what was asked for; and how many replicates a number of plots gives."""

from __future__ import annotations

import difflib
from dataclasses import replace

from kanpo.errors import Place, UsageError
from kanpo.locale import Text
from kanpo.trials.designs._plan import Design

#: Larger squares are not used in the field, and the chain that draws them visits order³ squares.
LARGEST_SQUARE = 12
MOST_PLOTS = 2_000
#: Larger whole numbers do not survive every program that reads JSON.
LARGEST_SEED = 2**53
_TWO_FACTORS = ("splitplot", "stripplot")
KINDS = ("rcbd", "crd", "latin", *_TWO_FACTORS, "augmented", "alpha", "demonstration")


def check_design(design: Design, seed: int = 0) -> None:
    """Nothing when the design can be made.

    Raises
    ------
    UsageError
        It cannot; the message says what is in the way and what would do.
    """
    if not 0 <= seed <= LARGEST_SEED:
        raise _refused(
            "trial.seed",
            Text(
                "乱数の種は0以上(2の53乗まで)の整数です",
                "the seed is a whole number of at least 0 and at most 2 to the 53rd",
            ),
            Text("例: --seed 2026", "for example: --seed 2026"),
            "seed",
            seed,
        )
    if design.kind not in KINDS:
        raise _refused(
            "trial.design",
            Text("この設計の割付けは作れません", "this design cannot be drawn here"),
            Text(
                f"{'・'.join(KINDS)} のどれかにするか、試験区をCSVで取り込んでください",
                f"use one of {', '.join(KINDS)}, or import the plots from CSV",
            ),
            "design",
            design.kind,
        )
    _check_names(design)
    _check_checks(design)
    if design.kind == "latin":
        _check_latin(design)
    elif design.kind == "augmented":
        _check_augmented(design)
    elif design.kind == "alpha":
        _check_alpha(design)
    once = len(design.entries) if design.kind == "augmented" else 0
    plots = plots_per_replicate(design) * design.replicates + once
    if plots > MOST_PLOTS:
        raise _refused(
            "trial.too-many-plots",
            Text(
                f"区が {plots:,} になります({MOST_PLOTS:,} まで)",
                f"that makes {plots:,} plots (up to {MOST_PLOTS:,})",
            ),
            Text(
                "処理か反復を減らすか、試験を分けてください", "fewer treatments or replicates, or two trials"
            ),
        )


def plots_per_replicate(design: Design) -> int:
    """Plots that one more replicate takes (in an augmented design: one more block, without entries)."""
    if design.kind in _TWO_FACTORS:
        return len(design.treatments) * len(design.sub_treatments)
    if design.kind == "augmented":
        return len(design.checks)
    if design.kind == "alpha" and design.block_size:
        blocks = -(-len(design.entries) // design.block_size)
        return len(design.entries) + blocks * len(design.checks)
    return len(design.treatments)


def with_plots(design: Design, plots: int) -> Design:
    """The design with as many replicates as fill exactly `plots` plots.

    Raises
    ------
    UsageError
        There are fewer plots than treatments, or some would be left over; the message names the
        numbers next to it that work.
    """
    _check_names(design)
    _check_checks(design)
    each = max(1, plots_per_replicate(design))
    fixed = len(design.entries) if design.kind == "augmented" else 0
    step = each * (len(design.treatments) if design.kind == "latin" else 1)
    least = fixed + step
    if plots < least:
        raise _refused(
            "trial.too-few-plots",
            Text(
                f"{plots} 区では処理が入りきりません(少なくとも {least} 区)",
                f"{plots} plots do not hold the treatments (at least {least})",
            ),
            Text("区を増やすか、処理を減らしてください", "more plots or fewer treatments"),
            "plots",
            plots,
        )
    if (plots - fixed) % step:
        below = plots - (plots - fixed) % step
        raise _refused(
            "trial.plots-left-over",
            Text(
                f"{plots} 区は反復で割り切れません",
                f"{plots} plots are no whole number of replicates",
            ),
            Text(f"{below} 区か {below + step} 区にしてください", f"use {below} or {below + step} plots"),
            "plots",
            plots,
        )
    return replace(design, replicates=(plots - fixed) // each)


def _check_names(design: Design) -> None:
    for names, ja, en in (
        (design.treatments, "処理", "treatments"),
        (design.sub_treatments, "副区の処理", "sub-plot treatments"),
    ):
        if len(set(names)) != len(names) or any(";" in name or not name.strip() for name in names):
            raise _refused(
                "trial.treatments",
                Text(
                    f"{ja}の名前は重複なし、空欄や「;」なしにしてください",
                    f"{en} need different names without ';'",
                ),
                Text("例: --treatments 標準,早植え", "for example: --treatments standard,early"),
            )
    if not design.treatments or design.replicates < 1:
        raise _refused(
            "trial.treatments",
            Text(
                "処理は1つ以上、重複なし、反復は1以上にしてください",
                "give different treatments and at least one replicate",
            ),
            Text(
                "例: --treatments 標準,早植え --replicates 4",
                "for example: --treatments standard,early --replicates 4",
            ),
        )
    if design.kind in _TWO_FACTORS and min(len(design.treatments), len(design.sub_treatments)) < 2:
        raise _refused(
            "trial.two-factors",
            Text(
                "この設計には、主区と副区の処理がそれぞれ2つ以上要ります",
                "this design needs two or more treatments of each of two factors",
            ),
            Text(
                "例: --treatments 深耕,普通耕 --sub-treatments 無肥料,標準肥",
                "for example: --treatments deep,usual --sub-treatments none,standard",
            ),
        )
    if design.sub_treatments and design.kind not in _TWO_FACTORS:
        raise _refused(
            "trial.two-factors",
            Text("副区の処理はこの設計では使えません", "this design has no sub-plot treatments"),
            Text("--design splitplot か stripplot にしてください", "use --design splitplot or stripplot"),
        )


def _check_checks(design: Design) -> None:
    for name in design.checks:
        if name not in design.treatments:
            near = difflib.get_close_matches(name, design.treatments, n=1, cutoff=0.5)
            known = "、".join(design.treatments[:10])
            raise _refused(
                "trial.unknown-check",
                Text("対照が処理の中にありません", "the check is not among the treatments"),
                Text(f"もしかして「{near[0]}」ですか", f"did you mean '{near[0]}'?")
                if near
                else Text(
                    f"--treatments にも入れてください(今は {known})", f"name it in --treatments too ({known})"
                ),
                "checks",
                name,
            )
    if design.checks and design.kind == "crd":
        raise _refused(
            "trial.check-without-block",
            Text("完全無作為化法にはブロックがありません", "a completely randomised design has no blocks"),
            Text("対照を各ブロックに置くなら --design rcbd", "for a check in every block use --design rcbd"),
        )


def _check_latin(design: Design) -> None:
    order = len(design.treatments)
    if not 2 <= order <= LARGEST_SQUARE:
        raise _refused(
            "trial.latin",
            Text(
                f"ラテン方格の処理は 2~{LARGEST_SQUARE} です({order} ではできません)",
                f"a Latin square has 2 to {LARGEST_SQUARE} treatments, not {order}",
            ),
            Text("乱塊法(--design rcbd)にしてください", "use randomised blocks (--design rcbd)"),
        )
    if design.replicates % order:
        raise _refused(
            "trial.latin",
            Text(
                f"ラテン方格では反復が処理の数 {order} の倍数です({design.replicates} ではできません)",
                f"a Latin square of {order} treatments has {order} replicates or a multiple, not {design.replicates}",
            ),
            Text(
                f"--replicates {order} にするか、乱塊法(--design rcbd)にしてください",
                f"use --replicates {order}, or randomised blocks (--design rcbd)",
            ),
            "replicates",
            design.replicates,
        )


def _check_augmented(design: Design) -> None:
    if not design.checks or not design.entries:
        raise _refused(
            "trial.augmented",
            Text(
                "増補計画には、対照(各ブロックに置く)と新しい処理(1回だけ)の両方が要ります",
                "an augmented design needs checks (in every block) and new entries (once each)",
            ),
            Text(
                "例: --treatments 在来,系統1,系統2,系統3 --checks 在来",
                "for example: --treatments local,line1,line2,line3 --checks local",
            ),
            "checks",
        )


def _check_alpha(design: Design) -> None:
    entries, size = len(design.entries), design.block_size
    if size is None or not 2 <= size < entries or -(-entries // size) * size - entries > -(-entries // size):
        fits = [k for k in range(2, entries) if -(-entries // k) * k - entries <= -(-entries // k)]
        near = sorted(sorted(fits, key=lambda k: abs(k - (size or entries**0.5)))[:3])
        listed = ", ".join(map(str, near))
        raise _refused(
            "trial.block-size",
            Text(
                f"不完備ブロックの大きさが {entries} 処理に合いません",
                f"the size of the incomplete blocks does not suit {entries} entries",
            ),
            Text(f"--block-size は {listed} など", f"for example --block-size {listed}")
            if near
            else Text("処理が少ないので --design rcbd で足ります", "so few entries fit in --design rcbd"),
            "block-size",
            size,
        )
    if design.replicates < 2:
        raise _refused(
            "trial.replicates",
            Text("アルファ計画は2反復以上です", "an alpha design has two replicates or more"),
            Text("--replicates 2 以上にしてください", "use --replicates 2 or more"),
            "replicates",
            design.replicates,
        )


def _refused(
    code: str, what: Text, mend: Text, column: str | None = None, value: object = None
) -> UsageError:
    return UsageError(code, what, mend, Place(column=column, value=value))
