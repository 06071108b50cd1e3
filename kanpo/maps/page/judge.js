/* What a herb's requirement makes of a factor: strictly, as it is written and kindly, with and without works,
   and what enters where nothing is known. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const { shifted, flank, turns, lowerCorner } = kanpo.curves;

  /** Codes of the land type: paddy, field, other, and not known. */
  const LANDS = 4;
  const NO_LAND = 3;
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

    /** Values among which the least and the greatest membership are. */
    trials() {
      const { requirement, factor, works, reach, corner } = this;
      if (requirement.classes) return requirement.classes.map((_, nth) => nth);
      const [low, high] = factor.range;
      const own = turns(requirement).flatMap((x) => [x - reach, x, x + reach]);
      const moved = works.flatMap(({ kind, amount, most }) => {
        if (kind === "add") return [most - amount, most, ...own.map((x) => x - amount)];
        return corner === null ? [] : [corner];
      });
      return [low, high, ...[...own, ...moved].filter((x) => x >= low && x <= high)];
    }

    /** What the five numbers have where nothing is known, for each type of land. */
    fill(expected) {
      const values = this.trials();
      const least = (sense, land) => Math.min(...values.map((value) => this.at(value, land, sense, false)));
      const most = (sense, land) => Math.max(...values.map((value) => this.at(value, land, sense, true)));
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

  /** Places in tables by class and land: one row of the table for each type of land, unknown last in each. */
  function placesOf(factor, lands, size) {
    if (factor.places && factor.places.lands === lands && factor.places.values === factor.values) return factor.places.index;
    const index = new Uint8Array(lands.length);
    for (let i = 0; i < index.length; i++) {
      const code = factor.values[i];
      index[i] = lands[i] * (size + 1) + (code === code ? code : size);
    }
    factor.places = { lands, values: factor.values, index };
    return index;
  }

  const someKnown = (values) => {
    for (let i = 0; i < values.length; i++) if (values[i] === values[i]) return true;
    return false;
  };

  /**
   * What the five numbers have of all parcels for one judge. `tables` are looked up by `index`; without it,
   * `arrays` have one membership for each parcel, the same array where two numbers have the same.
   */
  function columnOf(judge, lands, logs) {
    const { factor, requirement } = judge;
    if (requirement.classes) return classColumn(judge, lands, logs);
    if (!someKnown(factor.values)) {
      return { index: lands, tables: judge.fills.map((fill) => fill.map((e) => carried(e, logs))), open: new Uint8Array(LANDS).fill(1) };
    }
    return numberColumn(judge, lands, logs);
  }

  function classColumn(judge, lands, logs) {
    const size = judge.requirement.classes.length;
    const open = new Uint8Array(LANDS * (size + 1));
    const tables = VIEWS.map(([sense, hopeful], view) => {
      const table = new Float64Array(open.length);
      for (let land = 0; land < LANDS; land++) {
        for (let code = 0; code < size; code++) table[land * (size + 1) + code] = carried(judge.at(code, land, sense, hopeful), logs);
        table[land * (size + 1) + size] = carried(judge.fills[view][land], logs);
        open[land * (size + 1) + size] = 1;
      }
      return table;
    });
    return { index: placesOf(judge.factor, lands, size), tables, open };
  }

  function numberColumn(judge, lands, logs) {
    const { values } = judge.factor;
    const n = values.length;
    const fills = judge.fills.map((fill) => fill.map((e) => carried(e, logs)));
    const whole = values.every((value) => value === value);
    const arrays = [];
    for (let view = 0; view < VIEWS.length; view++) {
      const [sense, hopeful] = VIEWS[view];
      const before = view && VIEWS[view - 1];
      // Two numbers that see known values alike differ only where a value is missing.
      const alike = before && before[0] === sense && (before[1] === hopeful || !judge.byLand);
      if (alike && whole) {
        arrays.push(arrays[view - 1]);
        continue;
      }
      const array = alike ? arrays[view - 1].slice() : new Float64Array(n);
      const fill = fills[view];
      const plain = judge.works.length === 0 ? judge.curves[sense] : null;
      for (let i = 0; i < n; i++) {
        const value = values[i];
        if (value !== value) array[i] = fill[lands[i]];
        else if (!alike) array[i] = carried(plain ? plain(value) : judge.at(value, lands[i], sense, hopeful), logs);
      }
      arrays.push(array);
    }
    return { arrays, values };
  }

  kanpo.judge = { LANDS, NO_LAND, Judge, prepare, columnOf, canBeDone, after };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
