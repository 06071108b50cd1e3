/* The ways to bring memberships together into one number. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});

  /* Exponent that makes as good as 0. */
  const SMALL = -700;
  const NUMBERS = 5;

  const raised = (exponent) => (exponent === 0 ? 1 : Math.exp(exponent < SMALL ? SMALL : exponent));

  /**
   * A loop over all parcels that joins weighted sums over the factors and the least of them to five arrays of
   * numbers; where both are those of the number before, so is the result. Something fatal makes all of them 0.
   */
  function filled(join, zero) {
    return (sum, least, flags, total, out) => {
      const [first, lower, point, upper, most] = out;
      const one = (at) => (least[at] === zero ? 0 : join(sum[at], least[at], total));
      const alike = (at) => sum[at] === sum[at - 1] && least[at] === least[at - 1];
      for (let i = 0, at = 0; i < flags.length; i++, at += NUMBERS) {
        if (flags[i] > 1) continue;
        first[i] = one(at);
        lower[i] = alike(at + 1) ? first[i] : one(at + 1);
        point[i] = alike(at + 2) ? lower[i] : one(at + 2);
        upper[i] = alike(at + 3) ? point[i] : one(at + 3);
        most[i] = alike(at + 4) ? upper[i] : one(at + 4);
      }
    };
  }

  /* `logs`: memberships are carried as logarithms. `join` makes a number from the weighted sum over the
     factors, the least of them, and the total weight. `least`: the least decides, and not its weight.
     `byLog`: what is lost is told by logarithms. */
  const METHODS = {
    limitation: { logs: true, least: true, byLog: true, join: (sum, least, total) => raised((sum / total + least) * 0.5) },
    geometric: { logs: true, byLog: true, join: (sum, least, total) => raised(sum / total) },
    arithmetic: { join: (sum, least, total) => sum / total },
    minimum: { logs: true, least: true, join: (sum, least) => raised(least) },
    owa: { pairs: true, join: (sum, least, total) => sum / (total * total) },
  };
  for (const method of Object.values(METHODS)) method.fill = filled(method.join, method.logs ? -Infinity : 0);

  /** The memberships of one number in a chunk, written out. */
  function written({ index, table }, k, from, to) {
    const out = new Float64Array(to - from);
    for (let i = from; i < to; i++) out[i - from] = table[index[i] * NUMBERS + k];
    return out;
  }

  /**
   * Ordered weighted averages add up pairs of factors: those among `parts`, and of them with `others`, whose
   * own pairs are in the sums already.
   */
  function gatherPairs(parts, others, name, sums, from, to) {
    const all = [...others, ...parts];
    for (let k = 0; k < NUMBERS; k++) {
      const columns = all.map((part) => written(part[name], k, from, to));
      for (let one = others.length; one < all.length; one++) {
        for (let other = 0; other <= one; other++) {
          const weight = (one === other ? 1 : 2) * all[one].requirement.weight * all[other].requirement.weight;
          if (weight) addPair(sums, columns[one], columns[other], weight, from * NUMBERS + k);
        }
      }
    }
  }

  function addPair(sums, first, second, weight, from) {
    for (let i = 0, at = from; i < first.length; i++, at += NUMBERS) sums[at] += weight * Math.min(first[i], second[i]);
  }

  kanpo.methods = { METHODS, gatherPairs };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
