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

  /**
   * Ordered weighted averages add up pairs of factors: those among `parts`, and of them with `others`, whose
   * own pairs are in the sums already. `pick` gives a part's column.
   */
  function gatherPairs(parts, others, pick, sums, from, to) {
    parts.forEach((part, nth) => {
      const { weight } = part.requirement;
      if (!weight) return;
      const own = pick(part);
      addPair(sums, own, own, weight * weight, from, to);
      for (const other of [...others, ...parts.slice(0, nth)]) {
        if (other.requirement.weight) addPair(sums, own, pick(other), 2 * weight * other.requirement.weight, from, to);
      }
    });
  }

  /**
   * The lesser of two factors' memberships, number by number. It is half of (sum less distance): a comparison would
   * be guessed wrong every other time, which takes longer than the sum. Written out, as a loop over five is slower.
   */
  function addPair(sums, { index: places, table: first }, { index: otherPlaces, table: second }, weight, from, to) {
    const half = weight / 2;
    for (let i = from, at = from * NUMBERS; i < to; i++, at += NUMBERS) {
      const one = places[i] * NUMBERS;
      const other = otherPlaces[i] * NUMBERS;
      let a = first[one];
      let b = second[other];
      sums[at] += half * (a + b - Math.abs(a - b));
      a = first[one + 1];
      b = second[other + 1];
      sums[at + 1] += half * (a + b - Math.abs(a - b));
      a = first[one + 2];
      b = second[other + 2];
      sums[at + 2] += half * (a + b - Math.abs(a - b));
      a = first[one + 3];
      b = second[other + 3];
      sums[at + 3] += half * (a + b - Math.abs(a - b));
      a = first[one + 4];
      b = second[other + 4];
      sums[at + 4] += half * (a + b - Math.abs(a - b));
    }
  }

  kanpo.methods = { METHODS, gatherPairs };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
