/* Which factor that is not known holds the interval open most, and which works lift what is known. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const { NUMBERS, canBeDone, after } = kanpo.judge;

  /* Stands for a membership of 0 where its logarithm is needed for an order. */
  const LEAST = 1e-9;
  /* Losses that differ by less are equal: logarithms of two machines agree to their last digit or so. */
  const TIE = 1e-12;
  const [LOWER, POINT, UPPER] = [1, 2, 3];

  /** The first of the greatest, or -1 where none is more than nothing. */
  function firstOfMost(amounts, factors) {
    const most = Math.max(0, ...amounts);
    if (!(most > TIE)) return -1;
    return factors[amounts.findIndex((amount) => amount >= most - TIE)];
  }

  /** What a part has of a row: the five memberships as they are carried, and whether the value is known. */
  function read({ now }, row) {
    const place = now.index[row];
    return { five: now.table.subarray(place * NUMBERS, (place + 1) * NUMBERS), known: (now.flags[place] & 1) === 1 };
  }

  /** The place of the known factor that limits a row, -1 for none. */
  function limits(parts, { method }, total, row) {
    const losses = parts.map((part) => {
      const { five, known } = read(part, row);
      if (!known) return 0;
      const lost = method.logs ? -five[POINT] : -Math.log(five[POINT]);
      return method.least ? lost : lost * Math.max(part.requirement.weight / total, 1e-300);
    });
    return firstOfMost(losses, parts.map(({ requirement }) => requirement.factor));
  }

  /** By how much each factor holds a row's interval open: with all else at its best, what its worst takes away; 0 where it is known. */
  function openness(parts, { method }, total, row) {
    const all = parts.map((part) => ({ part, ...read(part, row) }));
    const logOf = (value) => Math.log(Math.max(method.logs ? Math.exp(value) : value, LEAST));
    const least = Math.min(...all.map(({ five }) => logOf(five[UPPER])));
    return all.map(({ part, five, known }) => {
      if (known) return 0;
      const [worst, best] = [logOf(five[LOWER]), logOf(five[UPPER])];
      const share = part.requirement.weight / total;
      if (!method.byLog) return (Math.exp(best) - Math.exp(worst)) * (method.least ? 1 : share);
      const lost = share * (best - worst);
      return method.least ? 0.5 * (lost + (least - Math.min(least, worst))) : lost;
    });
  }

  /** The place of the unknown factor that decides most, -1 for none. */
  function decides(parts, scorer, total, row) {
    return firstOfMost(openness(parts, scorer, total, row), parts.map(({ requirement }) => requirement.factor));
  }

  /** The works that lift a known value of a requirement, each with the value after it. */
  function worksThatHelp(requirement, value, land) {
    if (value !== value) return [];
    const { now, then } = requirement;
    const before = now.at(value, land, 1, true);
    return then.works.filter((work) => canBeDone(work, land, true))
      .map((work) => ({ work, value: after(work, value, then.corner) }))
      .filter((found) => now.at(found.value, land, 1, true) > before + TIE);
  }

  kanpo.deciding = { limits, decides, openness, worksThatHelp };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
