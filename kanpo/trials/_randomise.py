"""Which treatment stands on which plot, from a seed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kanpo.errors import UsageError
from kanpo.locale import Text


def randomise(treatments: Sequence[str], replicates: int, design: str, seed: int) -> list[tuple[int, str]]:
    """The treatments in the order of the plots, each with its replicate (from 1).

    Parameters
    ----------
    treatments : sequence of str
        Different names.
    replicates : int
        How often each treatment stands in the trial.
    design : str
        ``rcbd``: each replicate is a complete block in an order of its own (Fisher 1926); ``crd``:
        all plots in one random order; ``demonstration``: as given, unreplicated order kept.
    seed : int
        The same seed gives the same order on every machine (PCG64).

    Raises
    ------
    UsageError
        No treatments, a treatment twice, no replicate, or a design that cannot be laid out here.
    """
    if not treatments or len(set(treatments)) != len(treatments) or replicates < 1:
        raise UsageError(
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
    random = np.random.default_rng(seed)
    if design == "rcbd":
        return [
            (block, treatments[i])
            for block in range(1, replicates + 1)
            for i in random.permutation(len(treatments))
        ]
    plots = [(replicate, name) for replicate in range(1, replicates + 1) for name in treatments]
    if design == "crd":
        return [plots[i] for i in random.permutation(len(plots))]
    if design == "demonstration":
        return plots
    raise UsageError(
        "trial.design",
        Text("この設計の無作為配置は作れません", "this design cannot be randomised here"),
        Text(
            "rcbd・crd・demonstration のどれかにするか、試験区をCSVで取り込んでください",
            "use rcbd, crd or demonstration, or import the plots from CSV",
        ),
    )
