/* The suitability kernel: the same numbers as `kanpo score`. docs/suitability.md defines what it computes. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const { LANDS, NUMBERS, prepare, columnOf } = kanpo.judge;
  const { METHODS, gatherPairs } = kanpo.methods;

  /* A weight of 0 keeps what is fatal, and is too small to count. */
  const NO_WEIGHT = 1e-300;
  /* Parcels that are added up at a time: their sums fit into a processor's cache. */
  const CHUNK = 2048;

  const five = (make) => Array.from({ length: NUMBERS }, make);
  const weightOf = (parts) => parts.reduce((sum, { requirement }) => sum + requirement.weight, 0);

  /**
   * What is gathered of every parcel, the five numbers side by side: weighted sums and the least; and bits, of
   * which the second tells that something known is fatal.
   */
  class Sums {
    constructor(n, { logs, pairs }) {
      this.sum = new Float64Array(NUMBERS * n);
      this.least = new Float64Array(NUMBERS * n).fill(logs ? Infinity : 2);
      this.pairs = pairs ? new Float64Array(NUMBERS * n) : null;
      this.flags = new Uint8Array(n);
    }

    /** Add what some parts say of the rows of a chunk. */
    add(parts, name, from, to) {
      for (const part of parts) addColumn(part[name], Math.max(part.requirement.weight, NO_WEIGHT), this.sum, this.least, this.flags, from, to);
    }

    /** Take over the rows of a chunk from other sums. */
    take(other, from, to) {
      for (const name of ["sum", "least", "pairs"]) {
        if (this[name]) this[name].set(other[name].subarray(NUMBERS * from, NUMBERS * to), NUMBERS * from);
      }
      this.flags.set(other.flags.subarray(from, to), from);
    }
  }

  /* The five numbers are written out: a loop over them takes a third longer. */
  function addColumn({ index, table, flags }, weight, sum, least, bits, from, to) {
    for (let i = from, at = from * NUMBERS; i < to; i++, at += NUMBERS) {
      const place = index[i] * NUMBERS;
      const v0 = table[place];
      sum[at] += weight * v0;
      if (v0 < least[at]) least[at] = v0;
      const v1 = table[place + 1];
      sum[at + 1] += weight * v1;
      if (v1 < least[at + 1]) least[at + 1] = v1;
      const v2 = table[place + 2];
      sum[at + 2] += weight * v2;
      if (v2 < least[at + 2]) least[at + 2] = v2;
      const v3 = table[place + 3];
      sum[at + 3] += weight * v3;
      if (v3 < least[at + 3]) least[at + 3] = v3;
      const v4 = table[place + 4];
      sum[at + 4] += weight * v4;
      if (v4 < least[at + 4]) least[at + 4] = v4;
      bits[i] |= flags[index[i]];
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
      return { now: new Sums(n, method), then: new Sums(n, method), known: new Float64Array(n) };
    }

    /** Add parts to sums; `base` has those of `others`, whose parts are in them already. */
    gather(parts, sums, base = null, others = []) {
      const { method, n } = this;
      const alike = parts.every((part) => part.now === part.then);
      for (let from = 0; from < n; from += CHUNK) {
        const to = Math.min(n, from + CHUNK);
        if (base) sums.known.set(base.known.subarray(from, to), from);
        known(parts, sums.known, from, to);
        for (const name of ["now", "then"]) {
          if (base) sums[name].take(base[name], from, to);
          if (name === "then" && alike && !base) sums.then.take(sums.now, from, to);
          else sums[name].add(parts, name, from, to);
        }
        if (method.pairs) addPairs(parts, others, sums, from, to, base);
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
      this.gather([part], sums, base, others);
      const place = all.indexOf(mine);
      const parts = all.map((requirement, nth) => (nth === place ? part : { ...others[nth < place ? nth : nth - 1], requirement }));
      return this.finish(herb, parts, sums);
    }

    /** From sums to the five numbers, as parcels lie and after works, and what follows from them. */
    finish(herb, parts, { now, then, known: sums }) {
      const { n, options, barred, method } = this;
      const total = weightOf(parts);
      const numbers = this.numbersOf(now, total);
      const share = new Float64Array(n);
      const [excluded, lost] = [new Uint8Array(n), new Uint8Array(n)];
      for (let i = 0; i < n; i++) {
        share[i] = sums[i] / total;
        excluded[i] = now.flags[i] >> 1;
        lost[i] = then.flags[i] >> 1;
      }
      for (const row of barred) excluded[row] = lost[row] = 1;
      this.bar(numbers);
      const bars = new Set(barred);
      const zero = method.logs ? -Infinity : 0;
      // What is 0 after works too: told from the memberships, before the numbers after works are asked for.
      const beyond = (k, i) => numbers[k][i] === 0 && (lost[i] === 1 || then.least[NUMBERS * i + k] === zero);
      const limiting = (row) => (bars.has(row) ? -1 : kanpo.deciding.limits(parts, this, total, row));
      const open = (row) => kanpo.deciding.openness(parts, this, total, row).map((amount, nth) => ({ factor: parts[nth].requirement.factor, amount }));
      const result = { numbers, limiting, known: share, open, excluded, lost };
      // What is certainly not suitable has nothing left to measure, unless for whether works mend it.
      result.deciding = (row) => (excluded[row] && result.potential[1][row] === result.potential[3][row] ? -1 : kanpo.deciding.decides(parts, this, total, row));
      const worked = parts.some((part) => part.now !== part.then);
      kanpo.verdict.lazily(result, "potential", () => (worked ? this.bar(raise(this.numbersOf(then, total), numbers)) : numbers));
      return kanpo.verdict.judge(result, { bounds: options.bounds, reference: Boolean(herb.reference), beyond });
    }

    /** Rows that a layer excludes have nothing. */
    bar(numbers) {
      for (const number of numbers) for (const row of this.barred) number[row] = 0;
      return numbers;
    }

    /** The five numbers; 0 where a known factor is fatal, and where one of the memberships is 0. */
    numbersOf({ sum, pairs, least, flags }, total) {
      const out = five(() => new Float64Array(this.n));
      this.method.fill(pairs || sum, least, flags, total, out);
      const [outer, lower, point, upper, most] = out;
      for (let i = 0; i < this.n; i++) {
        // The numbers are joined from different memberships: rounding may put one a hair outside.
        if (point[i] < lower[i]) point[i] = lower[i];
        if (point[i] > upper[i]) point[i] = upper[i];
        if (outer[i] > lower[i]) outer[i] = lower[i];
        if (most[i] < upper[i]) most[i] = upper[i];
      }
      return out;
    }
  }

  const now = (part) => part.now;
  const then = (part) => part.then;

  /** Pairs of factors, now and after works; those that no work moves are worth the same, and are added up once. */
  function addPairs(parts, others, { now: current, then: later }, from, to, base) {
    if (base) {
      gatherPairs(parts, others, now, current.pairs, from, to);
      gatherPairs(parts, others, then, later.pairs, from, to);
      return;
    }
    const still = parts.filter((part) => part.now === part.then);
    const moved = parts.filter((part) => part.now !== part.then);
    gatherPairs(still, [], now, current.pairs, from, to);
    later.pairs.set(current.pairs.subarray(NUMBERS * from, NUMBERS * to), NUMBERS * from);
    gatherPairs(moved, still, now, current.pairs, from, to);
    gatherPairs(moved, still, then, later.pairs, from, to);
  }

  /** The weight of what is known of the rows of a chunk. */
  function known(parts, sums, from, to) {
    for (const { now, requirement } of parts) {
      const { index, flags } = now;
      const { weight } = requirement;
      for (let i = from; i < to; i++) sums[i] += weight * (flags[index[i]] & 1);
    }
  }

  /** Works never make it worse. */
  function raise(potential, numbers) {
    for (let k = 0; k < NUMBERS; k++) {
      const [better, plain] = [potential[k], numbers[k]];
      for (let i = 0; i < plain.length; i++) if (plain[i] > better[i]) better[i] = plain[i];
    }
    return potential;
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
    const open = result.open(0).filter(({ amount }) => amount > 0).sort((first, second) => second.amount - first.amount);
    const whole = open.reduce((sum, { amount }) => sum + amount, 0);
    const unknown = open.map(({ factor, amount }) => ({ factor, share: amount / whole }));
    return { ...kanpo.verdict.at(result, 0), excludedBy, parts, unknown };
  }

  kanpo.kernel = { Scorer, scores, explain };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
