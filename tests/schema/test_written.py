"""Lists of lots, values below a limit and analyses are read as people write them, or refused in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanpo.schema import RECORD_KINDS, Field, portions_of
from kanpo.schema._reading import read_value

INPUTS = RECORD_KINDS["lot_step"].field("inputs")
MEASURED = RECORD_KINDS["assay"].field("measured")
ANALYSIS = RECORD_KINDS["operation"].field("analysis")

_NAMES = st.text(min_size=1, max_size=8).filter(
    lambda n: n == n.strip("\u3000 ") and not set(n) & set("=;＝；、\n\u3000")
)


@given(st.dictionaries(_NAMES.filter(lambda n: n == n.strip()), st.floats(0, 1e6), min_size=1, max_size=5))
def test_lots_and_masses_come_back(masses: dict[str, float]) -> None:
    written = ";".join(f" {lot} = {kg!r} kg" for lot, kg in masses.items())
    value, problem = read_value(INPUTS, written)
    assert problem is None
    portions = portions_of(value)
    assert [portion.lot_id for portion in portions] == list(masses)
    assert [portion.kg for portion in portions] == pytest.approx(list(masses.values()), rel=1e-11)
    assert read_value(INPUTS, str(value)) == (value, None), "its plain form is read as itself"


@pytest.mark.parametrize("field", [INPUTS, MEASURED, ANALYSIS], ids=lambda field: field.key)
@given(st.text("0123456789=;＝；、<＜-. kgL１①未満\n\0%e", max_size=20) | st.text(max_size=20))
def test_whatever_is_written_is_a_value_or_a_problem(field: Field, written: str) -> None:
    if not written.strip():
        return
    value, problem = read_value(field, written)
    assert (value is None) != (problem is None)
    if problem is not None:
        assert problem.what.ja and problem.what.en and problem.mend.ja and problem.mend.en
    else:
        assert read_value(field, str(value)) == (value, None)
