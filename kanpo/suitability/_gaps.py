"""What missing factors mean for each herb, looked up rather than computed parcel by parcel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Factors whose presence is one place in a table: 2¹¹ numbers of a herb stay in the nearest cache.
_BITS = 11


@dataclass(frozen=True, slots=True, eq=False)
class GapTables:
    """A number for each herb and each set of missing factors.

    Sets are cut into groups of at most `_BITS` factors. `tables` has for each group an array
    (H, 2^bits); what a group says is joined with what the others say by `join`. Without tables,
    every set says `neutral`.
    """

    join: np.ufunc
    tables: tuple[np.ndarray, ...]

    @classmethod
    def of(
        cls, groups: Groups, terms: np.ndarray, join: np.ufunc, neutral: float, *, known: bool
    ) -> GapTables:
        """Join terms (H, F) of the factors that are known, or of those that are not known."""
        if not known and (terms == neutral).all():
            return cls(join, ())
        tables = []
        for factors in groups:
            table = np.full((len(terms), 1), neutral)
            for factor in factors:
                with_term = join(table, terms[:, [factor]])
                table = np.hstack([with_term, table] if known else [table, with_term])
            tables.append(table)
        return cls(join, tuple(tables))

    def look_up(self, herb: int, codes: list[np.ndarray], out: np.ndarray, spare: np.ndarray) -> np.ndarray:
        """What the tables say of the sets of n parcels, (n,), in `out`; `spare` (n,) is scratch."""
        # Codes are within bounds; "clip" lets numpy write straight into `out`.
        np.take(self.tables[0][herb], codes[0], out=out, mode="clip")
        for table, code in zip(self.tables[1:], codes[1:], strict=True):
            self.join(out, np.take(table[herb], code, out=spare, mode="clip"), out=out)
        return out


#: Positions of factors, group by group.
Groups = tuple[tuple[int, ...], ...]


def groups_of(needs: np.ndarray) -> Groups:
    """Groups of the factors that some herb needs, those that most herbs need first, from (H, F)."""
    count = needs.sum(axis=0)
    order = [int(factor) for factor in np.argsort(-count, kind="stable") if count[factor]]
    return tuple(tuple(order[start : start + _BITS]) for start in range(0, max(len(order), 1), _BITS))


def gap_codes(groups: Groups, unknown: np.ndarray) -> list[np.ndarray]:
    """Which factors of each group are missing, as places in the tables, from (F, n)."""
    codes = []
    for factors in groups:
        code = np.zeros(unknown.shape[1], dtype=np.intp)
        for bit, factor in enumerate(factors):
            code += unknown[factor].astype(np.intp) << bit
        codes.append(code)
    return codes
