"""Files of weights for scoring."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from kanpo.errors import Place, Problem, UsageError
from kanpo.exchange._table import read_csv
from kanpo.files import write_csv
from kanpo.herbs import Catalogue
from kanpo.locale import Text
from kanpo.reading import normalise
from kanpo.suitability import WEIGHT_COLUMNS, PanelWeights, check_panel_weights


def read_weights(path: Path, catalogue: Catalogue) -> tuple[PanelWeights, tuple[Problem, ...]]:
    """Weights from a CSV with the columns herb_id, factor and weight; herb_id ``*`` is every herb.

    A row with a problem is left out, the rest counts.

    Raises
    ------
    InputUnusable
        The file cannot be read, lacks a column, or has no row that can be used.
    """
    table = read_csv(path)
    columns = {normalise(header).casefold(): cells for header, cells in table.columns().items()}
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return check_panel_weights(columns, catalogue, path.name, digest)


def write_weights(
    path: Path, table: pd.DataFrame, answers: Sequence[Path] = (), *, dry_run: bool = False
) -> Path:
    """Write weights as a CSV that `read_weights` reads.

    Parameters
    ----------
    table : DataFrame
        herb_id, factor, weight.
    answers : sequence of Path
        Files that the weights were worked out from, which are not written over.
    dry_run : bool
        Check, write nothing.

    Raises
    ------
    UsageError
        The name does not end in ``.csv``, or is that of a file of answers.
    """
    if path.suffix.lower() != ".csv":
        raise UsageError(
            "weights.out-format",
            Text("重みは CSV に書きます", "weights are written as CSV"),
            Text("名前を .csv で終えてください", "end the name in .csv"),
            Place(str(path), column="--out"),
        )
    if path.resolve() in {answer.resolve() for answer in answers}:
        raise UsageError(
            "weights.out-is-input",
            Text("記入済みの表を上書きしてしまいます", "would write over the filled sheet"),
            Text("別の名前にしてください", "choose another name"),
            Place(str(path), column="--out"),
        )
    if not dry_run:
        rows = table[list(WEIGHT_COLUMNS)].itertuples(index=False, name=None)
        write_csv(
            path, WEIGHT_COLUMNS, [(herb, factor, float(f"{weight:.6g}")) for herb, factor, weight in rows]
        )
    return path
