/* The suitability kernel: the same numbers as `kanpo score`. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const { curve, membership, effective, extremes } = kanpo.curves;

  /** Classes by code. */
  const CLASSES = ["?", "S1", "S2", "S3", "N1", "N2"];
  const EXCLUDED = 5;
  /* Losses that differ by less are equal: logarithms of two machines agree to their last digit or so. */
  const TIE = 1e-12;
  /* Parcels whose pairs are added up at a time: their columns fit into a processor's cache. */
  const CHUNK = 2048;

  /** A herb's requirements in the order of factors, each with its share of the weight and its extremes. */
  function prepare(herb, factors, floor) {
    const ordered = [...herb.requirements].sort((one, other) => one.factor - other.factor);
    const total = ordered.reduce((sum, requirement) => sum + requirement.weight, 0);
    return ordered.map((requirement) => {
      const [least, most] = extremes(requirement, factors[requirement.factor], floor);
      return { ...requirement, share: requirement.weight / total, least, most };
    });
  }

  function classOf(score, bounds) {
    if (Number.isNaN(score)) return 0;
    if (score >= bounds[0]) return 1;
    if (score >= bounds[1]) return 2;
    return score >= bounds[2] ? 3 : 4;
  }

  /* How memberships join. `unit` is what a weight multiplies (`least`: the smallest, and no weight); `known`
     makes the score of the known factors from their sum and their weight, `whole` a bound from the sum
     over all and the total weight. Ordered weighted averages add up pairs of factors. */
  const METHODS = {
    geometric: {
      start: 0,
      unit: "log",
      known: (sum, weight) => (weight > 0 ? Math.exp(sum / weight) : NaN),
      whole: (sum, total) => Math.exp(sum / total),
    },
    arithmetic: {
      start: 0,
      unit: "e",
      known: (sum, weight) => sum / weight,
      whole: (sum, total) => sum / total,
    },
    minimum: {
      start: 1,
      unit: "e",
      least: true,
      known: (sum, weight) => (weight > 0 ? sum : NaN),
      whole: (sum) => sum,
    },
    owa: {
      start: 0,
      pairs: true,
      known: (sum, weight) => sum / (weight * weight),
      whole: (sum, total) => sum / (total * total),
    },
  };

  /** Effective memberships of all parcels for one requirement (NaN unknown), and their logarithms. */
  function columnOf(requirement, values, floor) {
    const n = values.length;
    const mu = curve(requirement);
    const least = requirement.knock_out ? 0 : floor;
    const e = new Float64Array(n);
    const log = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const value = values[i];
      e[i] = value === value ? Math.max(mu(value), least) : NaN;
      log[i] = e[i] === 1 ? 0 : Math.log(e[i]);
    }
    return { e, log };
  }

  /** What is gathered for every parcel, requirement after requirement, in any order. */
  class Sums {
    constructor(n, start) {
      this.n = n;
      this.known = new Float64Array(n).fill(start);
      this.low = new Float64Array(n).fill(start);
      this.high = new Float64Array(n).fill(start);
      this.weight = new Float64Array(n);
      this.loss = new Float64Array(n);
      this.count = new Uint8Array(n);
      this.limiting = new Int8Array(n).fill(-1);
      this.excluded = new Uint8Array(n);
      this.open = new Uint8Array(n);
    }

    /** Become like other sums of as many parcels. */
    copy(other) {
      for (const [name, values] of Object.entries(other)) if (name !== "n") this[name].set(values);
      return this;
    }
  }

  /** Add one requirement's part to every parcel's sums. */
  function gather(method, requirement, { e, log }, total, sums) {
    const { n, known, low, high, weight, loss, count, limiting, excluded, open } = sums;
    const { factor, weight: mine, knock_out: mayExclude } = requirement;
    const unit = method.unit === "log" ? log : e;
    const end = (bound) => (method.unit !== "log" ? bound : mine > 0 ? Math.log(bound) : 0);
    const [least, most] = [end(requirement.least), end(requirement.most)];
    const opens = mayExclude && requirement.least === 0 ? 1 : 0;
    const tie = TIE * total;
    // Pairs are added up elsewhere; a weight of 0 changes nothing but in the minimum.
    const counts = !method.pairs && (mine > 0 || method.least);
    const smallest = Boolean(method.least);
    for (let i = 0; i < n; i++) {
      const here = e[i];
      if (here !== here) {
        open[i] |= opens;
        if (!counts) continue;
        if (smallest) {
          if (least < low[i]) low[i] = least;
          if (most < high[i]) high[i] = most;
        } else {
          low[i] += mine * least;
          high[i] += mine * most;
        }
        continue;
      }
      count[i]++;
      weight[i] += mine;
      if (counts) {
        const part = unit[i];
        if (smallest) {
          if (part < known[i]) known[i] = part;
          if (part < low[i]) low[i] = part;
          if (part < high[i]) high[i] = part;
        } else {
          known[i] += mine * part;
          low[i] += mine * part;
          high[i] += mine * part;
        }
      }
      if (here === 1) continue;
      if (mayExclude && here === 0) {
        if (!excluded[i] || factor < limiting[i]) limiting[i] = factor;
        excluded[i] = 1;
      } else if (!excluded[i]) {
        const lost = mine > 0 ? -mine * log[i] : 0;
        if (lost > loss[i] + tie || (lost > tie && lost >= loss[i] - tie && factor < limiting[i])) limiting[i] = factor;
        if (lost > loss[i]) loss[i] = lost;
      }
    }
  }

  /** Add the pairs of one requirement with another (or with itself) to the sums of an ordered average. */
  function gatherPair([one, first], [other, second], { known, low, high }, from, to) {
    const weight = (one === other ? 1 : 2) * one.weight * other.weight;
    if (!weight) return;
    const [{ e: firsts }, { e: seconds }] = [first, second];
    for (let i = from; i < to; i++) {
      const a = firsts[i];
      const b = seconds[i];
      if (a === a && b === b) {
        const part = weight * Math.min(a, b);
        known[i] += part;
        low[i] += part;
        high[i] += part;
      } else {
        low[i] += weight * Math.min(a === a ? a : one.least, b === b ? b : other.least);
        high[i] += weight * Math.min(a === a ? a : one.most, b === b ? b : other.most);
      }
    }
  }

  /** Add pairs, some parcels after the other, so that their sums stay near the processor. */
  function gatherPairs(pairs, sums) {
    for (let from = 0; from < sums.n; from += CHUNK) {
      for (const [one, other] of pairs) gatherPair(one, other, sums, from, Math.min(sums.n, from + CHUNK));
    }
  }

  /**
   * Scores of all parcels for one herb at a time, fast enough to follow a slider: `hold` gathers
   * everything but one factor, and `moved` adds that factor as it is now.
   *
   * `factors` are the page's factors with `values` (NaN unknown); `options` has `floor`, `bounds`
   * and `aggregation`; its `excludedBy`, if it has one, tells by which layer a row is excluded whatever
   * its factors are (null: by none).
   */
  class Scorer {
    constructor(factors, n, options) {
      Object.assign(this, { factors, n, options, method: METHODS[options.aggregation] });
      this.barred = [];
      for (let i = 0; options.excludedBy && i < n; i++) if (options.excludedBy(i)) this.barred.push(i);
      this.held = null;
    }

    column(requirement) {
      return columnOf(requirement, this.factors[requirement.factor].values, this.options.floor);
    }

    /** Score, bounds, class and limiting factor (a factor's place, -1 for none) of every parcel. */
    scores(herb) {
      this.held = null;
      const requirements = prepare(herb, this.factors, this.options.floor);
      const columns = requirements.map((requirement) => this.column(requirement));
      const sums = new Sums(this.n, this.method.start);
      this.gatherAll(requirements, columns, sums);
      return this.finish(requirements, sums);
    }

    gatherAll(requirements, columns, sums) {
      const total = totalOf(requirements);
      requirements.forEach((requirement, nth) => gather(this.method, requirement, columns[nth], total, sums));
      if (!this.method.pairs) return;
      const parts = requirements.map((requirement, nth) => [requirement, columns[nth]]);
      gatherPairs(parts.flatMap((part, nth) => parts.slice(0, nth + 1).map((other) => [other, part])), sums);
    }

    /** Get ready for changes of one factor's requirement. */
    hold(herb, factor) {
      const others = prepare(herb, this.factors, this.options.floor).filter((requirement) => requirement.factor !== factor);
      const columns = others.map((requirement) => this.column(requirement));
      const base = new Sums(this.n, this.method.start);
      this.gatherAll(others, columns, base);
      this.held = { factor, others, columns: this.method.pairs ? columns : null, base, sums: new Sums(this.n, this.method.start), last: null };
    }

    /** The scores with the held factor's requirement as `herb` has it now. */
    moved(herb, factor) {
      if (!this.held || this.held.factor !== factor) this.hold(herb, factor);
      const { others, columns, base, sums } = this.held;
      const all = prepare(herb, this.factors, this.options.floor);
      const mine = all.find((requirement) => requirement.factor === factor);
      const shape = JSON.stringify([mine.corners, mine.bell, mine.points, mine.classes]);
      if (!this.held.last || this.held.last.shape !== shape) this.held.last = { shape, column: this.column(mine) };
      const { column } = this.held.last;
      gather(this.method, mine, column, totalOf(all), sums.copy(base));
      if (this.method.pairs) {
        const part = [mine, column];
        gatherPairs([[part, part], ...others.map((other, nth) => [part, [other, columns[nth]]])], sums);
      }
      return this.finish(all, sums);
    }

    finish(requirements, { n, known, low, high, weight, count, limiting, excluded, open }) {
      const { method, options } = this;
      const total = totalOf(requirements);
      for (const row of this.barred) {
        excluded[row] = 1;
        limiting[row] = -1;
      }
      const result = { score: new Float64Array(n), lower: new Float64Array(n), upper: new Float64Array(n), classes: new Uint8Array(n), limiting: limiting.slice() };
      const { score, lower, upper, classes } = result;
      for (let i = 0; i < n; i++) {
        if (excluded[i]) {
          classes[i] = EXCLUDED;
          continue;
        }
        lower[i] = open[i] ? 0 : method.whole(low[i], total);
        upper[i] = method.whole(high[i], total);
        const middle = count[i] ? method.known(known[i], weight[i]) : NaN;
        score[i] = middle === middle ? Math.min(Math.max(middle, lower[i]), upper[i]) : NaN;
        classes[i] = classOf(score[i], options.bounds);
      }
      return result;
    }
  }

  function totalOf(requirements) {
    return requirements.reduce((sum, requirement) => sum + requirement.weight, 0);
  }

  function scores(herb, factors, n, options) {
    return new Scorer(factors, n, options).scores(herb);
  }

  /** One parcel for one herb, with every factor's part in it. */
  function explain(herb, factors, row, options) {
    const one = factors.map((factor) => ({ ...factor, values: [factor.values[row]] }));
    const excludedBy = options.excludedBy ? options.excludedBy(row) : null;
    const result = scores(herb, one, 1, { ...options, excludedBy: () => excludedBy });
    const parts = prepare(herb, factors, options.floor).map((requirement) => {
      const value = factors[requirement.factor].values[row];
      const known = value === value;
      const mu = known ? membership(requirement, value) : NaN;
      return { requirement, value, known, mu, share: requirement.share };
    });
    const open = ({ least, most }) => (options.aggregation === "geometric" ? Math.log(most / Math.max(least, 1e-9)) : most - least);
    const widths = parts.filter(({ known }) => !known).map(({ requirement, share }) => ({ factor: requirement.factor, width: share * open(requirement) || 0 }));
    const whole = widths.reduce((sum, { width }) => sum + width, 0);
    const unknown = widths.filter(({ width }) => width > 0).sort((one, other) => other.width - one.width)
      .map(({ factor, width }) => ({ factor, share: width / whole }));
    return {
      score: result.score[0],
      lower: result.lower[0],
      upper: result.upper[0],
      klass: result.classes[0],
      limiting: result.limiting[0],
      excludedBy,
      unknown,
      parts,
    };
  }

  kanpo.kernel = { CLASSES, Scorer, classOf, prepare, scores, explain };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
