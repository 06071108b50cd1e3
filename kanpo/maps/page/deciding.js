/* Which factor that is not known holds the interval open most, and which works lift what is known. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const { LANDS, canBeDone, after } = kanpo.judge;

  /* Stands for a membership of 0 where its logarithm is needed for an order. */
  const LEAST = 1e-9;
  const TIE = 1e-12;
  const LOWER = 1;
  const UPPER = 3;

  /**
   * By how much a factor that is not known holds the interval open: `alone` for itself, and `worst`, what its
   * worst would bring the least logarithm to; for each type of land.
   */
  function openOf({ requirement }, method, total) {
    const share = requirement.weight / total;
    const alone = new Float64Array(LANDS);
    const worst = new Float64Array(LANDS);
    for (let land = 0; land < LANDS; land++) {
      const [low, high] = [LOWER, UPPER].map((view) => Math.max(requirement.now.fills[view][land], LEAST));
      worst[land] = Math.log(low);
      if (method.byLog) alone[land] = share * (Math.log(high) - Math.log(low));
      else alone[land] = method.least ? high - low : share * (high - low);
    }
    return { alone, worst };
  }

  /** The place of the factor that decides most, for each parcel; -1 where none is open. */
  function find(parts, { n, lands, method }, leastOfBest, total) {
    const deciding = new Int8Array(n).fill(-1);
    const most = new Float64Array(n).fill(0);
    const limits = method.least && method.byLog;
    const floor = Math.log(LEAST);
    for (const part of parts) {
      const { alone, worst } = openOf(part, method, total);
      const { index, open, values } = part.now;
      const { factor } = part.requirement;
      for (let i = 0; i < n; i++) {
        if (open ? !open[index[i]] : values[i] === values[i]) continue;
        let mine = alone[lands[i]];
        if (limits) {
          const least = Math.max(leastOfBest[i], floor);
          mine = 0.5 * (mine + (least - Math.min(least, worst[lands[i]])));
        }
        if (mine > most[i] + TIE) deciding[i] = factor;
        if (mine > most[i]) most[i] = mine;
      }
    }
    return deciding;
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

  kanpo.deciding = { find, worksThatHelp };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
