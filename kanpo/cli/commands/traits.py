"""``kanpo traits``."""

from __future__ import annotations

from kanpo.cli._click import command
from kanpo.cli._options import output_options
from kanpo.cli._present import show_table
from kanpo.locale import Text


@command(
    "traits",
    help=Text("調査項目の一覧(単位と普通の範囲)。", "The dictionary of traits, with units and usual ranges."),
)
@output_options
def traits(as_json: bool, as_csv: bool) -> int:
    import pandas as pd

    from kanpo.schema import TRAITS

    rows = [
        {
            "trait": trait.key,
            "label": str(trait.label),
            "unit": trait.unit,
            "minimum": trait.minimum,
            "maximum": trait.maximum,
            "method": str(trait.method),
        }
        for trait in TRAITS.values()
    ]
    labels = {
        "trait": Text("調査項目", "trait"),
        "label": Text("名称", "label"),
        "unit": Text("単位", "unit"),
        "minimum": Text("普通の最小", "usual min"),
        "maximum": Text("普通の最大", "usual max"),
        "method": Text("方法", "method"),
    }
    show_table(pd.DataFrame(rows), labels, as_json=as_json, as_csv=as_csv)
    return 0
