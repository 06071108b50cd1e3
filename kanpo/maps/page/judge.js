/* What a herb's requirement makes of a factor: strictly, as it is written and kindly, with and without works,
   and what enters where nothing is known. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const { shifted, flank, turns, lowerCorner } = kanpo.curves;

  /** Codes of the land type: paddy, field, other, and not known. */
  const LANDS = 4;
  /* Halvings after which two neighbouring numbers are left of any interval. */
  const HALVINGS = 60;
  const NO_LAND = 3;
  const NUMBERS = 5;
  const POINT = 2;
  const STRICT = 0;
  const PLAIN = 1;
  const KIND = 2;
  /** The five numbers in rising order, and how each sees a known value: [sense, hopeful]. */
  const VIEWS = [[STRICT, false], [PLAIN, false], [PLAIN, true], [PLAIN, true], [KIND, true]];

  /** Whether a work can be done; where the type of the land is not known, only a hopeful view has it. */
  function canBeDone(work, land, hopeful) {
    if (!work.land_types.length) return true;
    return land === NO_LAND ? hopeful : work.land_types.includes(land);
  }

  /** The value of the factor after a work. */
  function after(work, value, corner) {
    if (work.kind === "classes") return work.classes[value];
    if (work.kind === "add") return Math.max(value, Math.min(value + work.amount, work.most));
    return corner === null ? value : Math.max(value, corner);
  }

  function worksFor(works, herb, factor) {
    return works.filter((work) => work.factor === factor && (!work.herbs.length || work.herbs.includes(herb)));
  }

  /** The two neighbouring numbers between which a difference changes its sign. */
  function halved(differ, before, left, right) {
    for (let nth = 0; nth < HALVINGS; nth++) {
      const middle = (left + right) / 2;
      if (differ(middle) * before > 0) left = middle;
      else right = middle;
    }
    return [left, right];
  }

  /** A requirement seen three ways, with the works that move its factor. */
  class Judge {
    constructor(requirement, factor, works, expected, { floor, spread }) {
      const share = spread[requirement.confidence] ?? spread.low ?? 0;
      const least = requirement.knock_out ? 0 : floor;
      Object.assign(this, { requirement, factor, works, reach: 0 });
      this.curves = [-1, 0, 1].map((sense) => {
        const mu = shifted(requirement, sense * share);
        return (value) => {
          const found = mu(value);
          return found > least ? found : least;
        };
      });
      if (!requirement.classes) {
        this.reach = share * flank(requirement);
        this.corner = lowerCorner(requirement);
      }
      this.byLand = works.some((work) => work.land_types.length > 0);
      this.fills = this.fill(expected);
    }

    /** Effective membership of a known value. */
    at(value, land, sense, hopeful) {
      let best = this.curves[sense](value);
      for (const work of this.works) {
        if (!canBeDone(work, land, hopeful)) continue;
        const better = this.curves[sense](after(work, value, this.corner));
        if (better > best) best = better;
      }
      return best;
    }

    /** Values among which the least and the greatest membership are: ends, turns, and where works begin to help. */
    trials(sense) {
      const { requirement, factor, works, reach, corner } = this;
      if (requirement.classes) return requirement.classes.map((_, nth) => nth);
      const [low, high] = factor.range;
      const own = turns(requirement).flatMap((x) => [x - reach, x, x + reach]);
      const moved = works.flatMap(({ kind, amount, most }) => {
        if (kind === "add") return [most - amount, most, ...own.map((x) => x - amount)];
        return corner === null ? [] : [corner];
      });
      const values = [...new Set([low, high, ...[...own, ...moved].filter((x) => x >= low && x <= high)])].sort((one, other) => one - other);
      return [...values, ...this.crossings(values, sense)];
    }

    /** Where, between neighbouring values, two ways to treat the land are worth the same: there the better may be worth least. */
    crossings(values, sense) {
      const mu = this.curves[sense];
      const ways = [(x) => mu(x), ...this.works.map((work) => (x) => mu(after(work, x, this.corner)))];
      const found = [];
      for (let one = 0; one < ways.length; one++) {
        for (let other = one + 1; other < ways.length; other++) {
          const differ = (x) => ways[one](x) - ways[other](x);
          for (let nth = 1; nth < values.length; nth++) {
            const before = differ(values[nth - 1]);
            if (before * differ(values[nth]) < 0) found.push(...halved(differ, before, values[nth - 1], values[nth]));
          }
        }
      }
      return found;
    }

    /** What the five numbers have where nothing is known, for each type of land. */
    fill(expected) {
      const values = [STRICT, PLAIN, KIND].map((sense) => this.trials(sense));
      const least = (sense, land) => Math.min(...values[sense].map((value) => this.at(value, land, sense, false)));
      const most = (sense, land) => Math.max(...values[sense].map((value) => this.at(value, land, sense, true)));
      const fills = VIEWS.map(() => new Float64Array(LANDS));
      for (let land = 0; land < LANDS; land++) {
        const [worst, best] = [least(PLAIN, land), most(PLAIN, land)];
        const hope = expected ? expected[land] : null;
        const middle = hope === null || hope === undefined ? (worst + best) / 2 : Math.min(Math.max(hope, worst), best);
        [least(STRICT, land), worst, middle, best, most(KIND, land)].forEach((fill, view) => (fills[view][land] = fill));
      }
      return fills;
    }
  }

  /** A herb's requirements in the order of factors, each with its share of the weight and its judges: now, and then, after works. */
  function prepare(herb, factors, options) {
    const ordered = [...herb.requirements].sort((one, other) => one.factor - other.factor);
    const total = ordered.reduce((sum, requirement) => sum + requirement.weight, 0);
    return ordered.map((requirement) => {
      const factor = factors[requirement.factor];
      const works = worksFor(options.works, herb.id, requirement.factor);
      const now = new Judge(requirement, factor, [], requirement.expected, options);
      const other = works.length > 0 || String(requirement.expected_after) !== String(requirement.expected);
      const then = other ? new Judge(requirement, factor, works, requirement.expected_after, options) : now;
      return { ...requirement, share: requirement.weight / total, now, then };
    });
  }

  /** How a membership is carried: as it is, or as its logarithm. */
  const carried = (e, logs) => (logs ? (e === 1 ? 0 : Math.log(e)) : e);

  /**
   * Where each parcel's value stands in a table: among the distinct values of the factor (`byLand`: once for each
   * type of land), and behind them one place for each type of land where nothing is known.
   */
  function placesOf(factor, lands, byLand) {
    if (!factor.places || factor.places.values !== factor.values || factor.places.lands !== lands) factor.places = distinct(factor, lands);
    const { places } = factor;
    if (!byLand) return { known: places.known, index: places.plain };
    if (!places.byLand) {
      const size = places.known.length;
      places.byLand = Uint32Array.from(places.plain, (place, i) => (place < size ? lands[i] * size + place : LANDS * size + lands[i]));
    }
    return { known: places.known, index: places.byLand };
  }

  function distinct({ values, classes, kind }, lands) {
    const known = kind === "class" ? classes.map((_, code) => code) : [];
    const place = new Map(known.map((value, nth) => [value, nth]));
    const plain = new Uint32Array(lands.length);
    for (let i = 0; i < plain.length; i++) {
      const value = values[i];
      if (value !== value) continue;
      let at = place.get(value);
      if (at === undefined) {
        place.set(value, (at = known.length));
        known.push(value);
      }
      plain[i] = at;
    }
    for (let i = 0; i < plain.length; i++) if (values[i] !== values[i]) plain[i] = known.length + lands[i];
    return { values, lands, known, plain };
  }

  /**
   * What the five numbers have for one judge: `table` has them one after the other for each place, `flags` whether
   * the value there is known (1) and fatal (2); `index` has the place of each parcel.
   */
  function columnOf(judge, lands, logs) {
    const { known, index } = placesOf(judge.factor, lands, judge.byLand);
    const copies = judge.byLand ? LANDS : 1;
    const count = copies * known.length + LANDS;
    const table = new Float64Array(count * NUMBERS);
    const flags = new Uint8Array(count);
    let place = 0;
    for (let land = 0; land < copies; land++) {
      for (const value of known) {
        for (let k = 0; k < NUMBERS; k++) {
          const [sense, hopeful] = VIEWS[k];
          // Two numbers that see a known value alike have the same.
          const again = k > 1 && k < 4 && (k === 3 || !judge.byLand);
          table[place * NUMBERS + k] = again ? table[place * NUMBERS + k - 1] : carried(judge.at(value, land, sense, hopeful), logs);
        }
        flags[place] = table[place * NUMBERS + POINT] === (logs ? -Infinity : 0) ? 3 : 1;
        place++;
      }
    }
    for (let land = 0; land < LANDS; land++, place++) {
      for (let k = 0; k < NUMBERS; k++) table[place * NUMBERS + k] = carried(judge.fills[k][land], logs);
    }
    return { index, table, flags };
  }

  kanpo.judge = { LANDS, NO_LAND, NUMBERS, Judge, prepare, columnOf, canBeDone, after };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
