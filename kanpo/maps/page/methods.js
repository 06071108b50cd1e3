/* The ways to bring memberships together into one number. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});

  /* Exponent that makes as good as 0. */
  const SMALL = -700;
  /* Parcels whose pairs are added up at a time: their columns fit into a processor's cache. */
  const CHUNK = 2048;
  const NUMBERS = 5;

  const raised = (exponent) => (exponent === 0 ? 1 : Math.exp(exponent < SMALL ? SMALL : exponent));

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

  /** How a membership that is carried becomes a loss, and what difference of losses is none. */
  function lossOf({ logs, least }, weight, tie, total) {
    if (least) return [(log) => -log, tie];
    return [logs ? (log) => -log * weight : (e) => -Math.log(e) * weight, tie * total];
  }

  /** The memberships of one number in a chunk, written out. */
  function written({ index, tables, arrays }, k, from, to, out) {
    if (arrays) return arrays[k].subarray(from, to);
    const table = tables[k];
    for (let i = from; i < to; i++) out[i - from] = table[index[i]];
    return out;
  }

  /**
   * Ordered weighted averages add up pairs of factors: those among `parts`, and of them with `others`, whose
   * own pairs are in the sums already.
   */
  function gatherPairs(parts, others, name, sums, n) {
    const all = [...others, ...parts];
    const buffers = all.map(() => new Float64Array(CHUNK));
    const pairs = [];
    for (let one = 0; one < parts.length; one++) {
      for (let other = 0; other <= others.length + one; other++) pairs.push([other, others.length + one]);
    }
    for (let from = 0; from < n; from += CHUNK) {
      const to = Math.min(n, from + CHUNK);
      for (let k = 0; k < NUMBERS; k++) {
        const columns = all.map((part, nth) => written(part[name], k, from, to, buffers[nth]));
        const sum = sums.pairs[k];
        for (const [one, other] of pairs) {
          const weight = (one === other ? 1 : 2) * all[one].requirement.weight * all[other].requirement.weight;
          if (!weight) continue;
          const [first, second] = [columns[one], columns[other]];
          for (let i = from; i < to; i++) {
            const a = first[i - from];
            const b = second[i - from];
            sum[i] += weight * (a < b ? a : b);
          }
        }
      }
    }
  }

  kanpo.methods = { METHODS, lossOf, gatherPairs };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
