/* The suitability kernel: the same numbers as `kanpo score`. docs/suitability.md defines what it computes. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const { LANDS, prepare, columnOf } = kanpo.judge;
  const { METHODS, gatherPairs, lossOf } = kanpo.methods;

  /* Losses that differ by less are equal: logarithms of two machines agree to their last digit or so. */
  const TIE = 1e-12;
  /* A weight of 0 keeps what is fatal, and is too small to count. */
  const NO_WEIGHT = 1e-300;
  const NUMBERS = 5;
  const [LEAST, LOWER, POINT, UPPER, MOST] = [0, 1, 2, 3, 4];

  const five = (make) => Array.from({ length: NUMBERS }, make);

  /** What is gathered for the five numbers of every parcel, requirement after requirement, in any order. */
  class Sums {
    constructor(n, { logs, pairs }) {
      const none = logs ? Infinity : 2;
      this.sum = five(() => new Float64Array(n));
      this.pairs = pairs ? five(() => new Float64Array(n)) : null;
      this.least = five(() => new Float64Array(n).fill(none));
      this.fatal = new Uint8Array(n);
    }

    copy(other) {
      for (let k = 0; k < NUMBERS; k++) {
        this.sum[k].set(other.sum[k]);
        this.least[k].set(other.least[k]);
        if (this.pairs) this.pairs[k].set(other.pairs[k]);
      }
      this.fatal.set(other.fatal);
      return this;
    }

    /** Add one requirement's part; `zero` is what a membership of 0 is carried as. */
    add(column, weight, zero) {
      for (let k = 0; k < NUMBERS; k++) addNumber(this.sum[k], this.least[k], column, k, weight);
      const { index, tables, arrays, open, values } = column;
      const { fatal } = this;
      if (tables) {
        const deadly = Uint8Array.from(tables[POINT], (value, place) => (value === zero && !open[place] ? 1 : 0));
        if (deadly.includes(1)) for (let i = 0; i < fatal.length; i++) fatal[i] |= deadly[index[i]];
      } else {
        const seen = arrays[POINT];
        for (let i = 0; i < fatal.length; i++) if (seen[i] === zero && values[i] === values[i]) fatal[i] = 1;
      }
    }
  }

  function addNumber(sum, least, { index, tables, arrays }, k, weight) {
    const n = sum.length;
    if (tables) {
      const table = tables[k];
      const parts = table.map((value) => weight * value);
      for (let i = 0; i < n; i++) {
        const place = index[i];
        sum[i] += parts[place];
        if (table[place] < least[i]) least[i] = table[place];
      }
      return;
    }
    const array = arrays[k];
    for (let i = 0; i < n; i++) {
      const value = array[i];
      sum[i] += weight * value;
      if (value < least[i]) least[i] = value;
    }
  }

  /** The limiting factor of every parcel, and how much of the weight is known. */
  class Limits {
    constructor(n) {
      this.loss = new Float64Array(n);
      this.limiting = new Int8Array(n).fill(-1);
      this.known = new Float64Array(n);
    }

    copy(other) {
      for (const name of ["loss", "limiting", "known"]) this[name].set(other[name]);
      return this;
    }

    /** Add one requirement: `lost` makes the loss from what the column carries, `tie` is what counts as equal. */
    add({ index, tables, arrays, open, values }, factor, weight, lost, tie) {
      const { loss, limiting, known } = this;
      const losses = tables && tables[POINT].map(lost);
      for (let i = 0; i < known.length; i++) {
        let mine;
        if (tables) {
          if (open[index[i]]) continue;
          mine = losses[index[i]];
        } else {
          if (values[i] !== values[i]) continue;
          mine = lost(arrays[POINT][i]);
        }
        known[i] += weight;
        if (!(mine > tie)) continue;
        if (mine > loss[i] + tie || (mine >= loss[i] - tie && factor < limiting[i])) limiting[i] = factor;
        if (mine > loss[i]) loss[i] = mine;
      }
    }
  }

  /**
   * Scores of all parcels for one herb at a time, fast enough to follow a slider: `hold` gathers
   * everything but one factor, and `moved` adds that factor as it is now.
   *
   * `factors` are the page's factors with `values` (NaN unknown); `options` has `floor`, `spread`, `bounds`,
   * `works`, `lands` (codes of the land types) and `aggregation`; its `excludedBy`, if it has one, tells by
   * which layer a row is excluded whatever its factors are (null: by none).
   */
  class Scorer {
    constructor(factors, n, options) {
      Object.assign(this, { factors, n, options, method: METHODS[options.aggregation] });
      this.lands = options.lands || new Uint8Array(n).fill(LANDS - 1);
      this.barred = [];
      for (let i = 0; options.excludedBy && i < n; i++) if (options.excludedBy(i)) this.barred.push(i);
      this.held = null;
    }

    /** A requirement with its columns, now and after works. */
    part(requirement) {
      const now = columnOf(requirement.now, this.lands, this.method.logs);
      const then = requirement.then === requirement.now ? now : columnOf(requirement.then, this.lands, this.method.logs);
      return { requirement, now, then };
    }

    /** Everything that is known of every parcel: see `verdict.js`. */
    scores(herb) {
      this.held = null;
      const parts = prepare(herb, this.factors, this.options).map((requirement) => this.part(requirement));
      return this.finish(herb, parts, this.gather(parts, this.empty()));
    }

    empty() {
      const { n, method } = this;
      return { now: new Sums(n, method), then: new Sums(n, method), limits: new Limits(n) };
    }

    /** Add requirements to sums; with `others`, those that are in them already. */
    gather(parts, sums, others = []) {
      const { method, n } = this;
      const zero = method.logs ? -Infinity : 0;
      const total = [...parts, ...others].reduce((sum, { requirement }) => sum + requirement.weight, 0);
      for (const { requirement, now, then } of parts) {
        const weight = Math.max(requirement.weight, NO_WEIGHT);
        sums.now.add(now, weight, zero);
        sums.then.add(then, weight, zero);
        const [lost, tie] = lossOf(method, weight, TIE, total);
        sums.limits.add(now, requirement.factor, requirement.weight, lost, tie);
      }
      if (method.pairs) {
        for (const name of ["now", "then"]) gatherPairs(parts, others, name, sums[name], n);
      }
      return sums;
    }

    /** Get ready for changes of one factor's requirement. */
    hold(herb, factor) {
      const others = prepare(herb, this.factors, this.options).filter((requirement) => requirement.factor !== factor).map((requirement) => this.part(requirement));
      this.held = { factor, others, base: this.gather(others, this.empty()), sums: this.empty(), last: null };
    }

    /** The scores with the held factor's requirement as `herb` has it now. */
    moved(herb, factor) {
      if (!this.held || this.held.factor !== factor) this.hold(herb, factor);
      const { others, base, sums } = this.held;
      const all = prepare(herb, this.factors, this.options);
      const mine = all.find((requirement) => requirement.factor === factor);
      const shape = JSON.stringify([mine.corners, mine.bell, mine.points, mine.classes]);
      if (!this.held.last || this.held.last.shape !== shape) this.held.last = { shape, part: this.part(mine) };
      const part = { ...this.held.last.part, requirement: mine };
      for (const name of ["now", "then", "limits"]) sums[name].copy(base[name]);
      this.gather([part], sums, others);
      const place = all.indexOf(mine);
      const parts = all.map((requirement, nth) => (nth === place ? part : { ...others[nth < place ? nth : nth - 1], requirement }));
      return this.finish(herb, parts, sums);
    }

    /** From sums to the five numbers, as parcels lie and after works, and what follows from them. */
    finish(herb, parts, { now, then, limits }) {
      const { n, method, options, barred } = this;
      const total = parts.reduce((sum, { requirement }) => sum + requirement.weight, 0);
      const numbers = this.numbersOf(now, total);
      const worked = parts.some((part) => part.now !== part.then);
      const potential = worked ? this.numbersOf(then, total) : numbers;
      if (worked) {
        for (let k = 0; k < NUMBERS; k++) {
          const [better, plain] = [potential[k], numbers[k]];
          for (let i = 0; i < n; i++) if (plain[i] > better[i]) better[i] = plain[i];
        }
      }
      const limiting = limits.limiting.slice();
      const known = limits.known.map((weight) => weight / total);
      const [excluded, lost] = [now.fatal.slice(), then.fatal.slice()];
      for (const row of barred) {
        excluded[row] = lost[row] = 1;
        limiting[row] = -1;
        for (const set of [numbers, potential]) for (const number of set) number[row] = 0;
      }
      const deciding = kanpo.deciding.find(parts, this, now.least[UPPER], total);
      const result = { numbers, potential, limiting, known, deciding, excluded, lost };
      return kanpo.verdict.judge(result, { bounds: options.bounds, reference: Boolean(herb.reference) });
    }

    /** The five numbers; 0 where a known factor is fatal, and where one of the memberships is 0. */
    numbersOf({ sum, pairs, least, fatal }, total) {
      const { n, method } = this;
      const { join } = method;
      const zero = method.logs ? -Infinity : 0;
      const joined = pairs || sum;
      const out = five(() => new Float64Array(n));
      for (let k = 0; k < NUMBERS; k++) {
        const [sums, leasts, number] = [joined[k], least[k], out[k]];
        const before = k ? [joined[k - 1], least[k - 1], out[k - 1]] : null;
        for (let i = 0; i < n; i++) {
          if (before && sums[i] === before[0][i] && leasts[i] === before[1][i]) number[i] = before[2][i];
          else number[i] = leasts[i] === zero ? 0 : join(sums[i], leasts[i], total);
        }
      }
      const [outer, lower, point, upper, most] = out;
      for (let i = 0; i < n; i++) {
        if (fatal[i]) {
          for (let k = 0; k < NUMBERS; k++) out[k][i] = 0;
          continue;
        }
        // The numbers are joined from different memberships: rounding may put one a hair outside.
        point[i] = Math.min(Math.max(point[i], lower[i]), upper[i]);
        if (outer[i] > lower[i]) outer[i] = lower[i];
        if (most[i] < upper[i]) most[i] = upper[i];
      }
      return out;
    }
  }

  function scores(herb, factors, n, options) {
    return new Scorer(factors, n, options).scores(herb);
  }

  /** One parcel for one herb, with every factor's part in it. */
  function explain(herb, factors, row, options) {
    const one = factors.map((factor) => ({ ...factor, values: Float64Array.of(factor.values[row]), places: null }));
    const excludedBy = options.excludedBy ? options.excludedBy(row) : null;
    const lands = Uint8Array.of(options.lands ? options.lands[row] : LANDS - 1);
    const result = scores(herb, one, 1, { ...options, lands, excludedBy: () => excludedBy });
    const parts = prepare(herb, factors, options).map((requirement) => {
      const value = factors[requirement.factor].values[row];
      const known = value === value;
      const mu = known ? kanpo.curves.membership(requirement, value) : NaN;
      return { requirement, value, known, mu, share: requirement.share, works: kanpo.deciding.worksThatHelp(requirement, value, lands[0]) };
    });
    return { ...kanpo.verdict.at(result, 0), excludedBy, parts };
  }

  kanpo.kernel = { LEAST, LOWER, POINT, UPPER, MOST, TIE, Scorer, scores, explain };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
