/* The suitability kernel: the same numbers as `kanpo score`. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});

  /** Classes by code. */
  const CLASSES = ["?", "S1", "S2", "S3", "N1", "N2"];
  const EXCLUDED = 5;
  /* Losses that differ by less are equal: logarithms of two machines agree to their last digit or so. */
  const TIE = 1e-12;
  /* A Gaussian curve is 0 farther than this many sigma from its centre. */
  const BELL_REACH = 6;

  /** Membership of a known value: a number against a curve, a class's place against a table. */
  function membership(requirement, value) {
    if (requirement.classes) return requirement.classes[value];
    if (requirement.bell) return gaussian(requirement.bell, value);
    if (requirement.points) return piecewise(requirement.points, value);
    const [a, b, c, d] = requirement.corners;
    if ((a !== null && value < a) || (d !== null && value > d)) return 0;
    if (b !== null && value < b) return a === null ? 0 : (value - a) / (b - a);
    if (c !== null && value > c) return d === null ? 0 : (d - value) / (d - c);
    return 1;
  }

  function gaussian([centre, sigma], value) {
    const z = (value - centre) / sigma;
    return Math.abs(z) > BELL_REACH ? 0 : Math.exp(-0.5 * z * z);
  }

  /** Straight lines between the points, level beyond the first and the last. */
  function piecewise(points, value) {
    const next = points.findIndex(([x]) => x > value);
    if (next <= 0) return points.at(next)[1];
    const [[x0, y0], [x1, y1]] = points.slice(next - 1, next + 1);
    return Math.min(1, Math.max(0, y0 + ((y1 - y0) / (x1 - x0)) * (value - x0)));
  }

  /** Values at which a curve turns. */
  function turns(requirement) {
    if (requirement.points) return requirement.points.map(([x]) => x);
    const [centre, sigma] = requirement.bell;
    return [centre - BELL_REACH * sigma, centre, centre + BELL_REACH * sigma];
  }

  /** A factor that may not exclude lowers a score, never zeroes it. */
  function effective(requirement, mu, floor) {
    return requirement.knock_out ? mu : Math.max(mu, floor);
  }

  /** Least and greatest effective membership over all that the factor can be. */
  function extremes(requirement, factor, floor) {
    let least, most;
    if (requirement.classes) {
      least = Math.min(...requirement.classes);
      most = Math.max(...requirement.classes);
    } else if (requirement.bell || requirement.points) {
      const [low, high] = factor.range;
      const inside = turns(requirement).filter((x) => x >= low && x <= high);
      const found = [low, high, ...inside].map((x) => membership(requirement, x));
      least = Math.min(...found);
      most = Math.max(...found);
    } else {
      // A trapezoid rises, stays, falls: least at an end of the range, greatest on the plateau or at an end.
      const [low, high] = factor.range;
      const [, b, c] = requirement.corners;
      const atLow = membership(requirement, low);
      const atHigh = membership(requirement, high);
      least = Math.min(atLow, atHigh);
      const plateau = (b === null || b <= high) && (c === null || c >= low);
      most = plateau ? 1 : Math.max(atLow, atHigh);
    }
    return [effective(requirement, least, floor), effective(requirement, most, floor)];
  }

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

  /* How memberships join: each gives a `term`, terms are gathered by `add` from `start`; `known(sum, K)`
     makes the score of the known factors out of the sum, `whole(sum)` a bound. A share of 0 changes nothing. */
  const METHODS = {
    geometric: {
      start: 0,
      term: (e, share) => (share > 0 && e !== 1 ? share * Math.log(e) : 0),
      add: (sum, term) => sum + term,
      known: (sum, share) => (share > 0 ? Math.exp(sum / share) : NaN),
      whole: Math.exp,
    },
    arithmetic: {
      start: 0,
      term: (e, share) => share * e,
      add: (sum, term) => sum + term,
      known: (sum, share) => sum / share,
      whole: (sum) => sum,
    },
    minimum: {
      start: 1,
      term: (e) => e,
      add: (sum, term) => Math.min(sum, term),
      known: (sum, share) => (share > 0 ? sum : NaN),
      whole: (sum) => sum,
    },
    /* Ordered weighted average: its terms are pairs of factors, which `pairSums` adds up. */
    owa: {
      start: 0,
      term: () => 0,
      add: (sum, term) => sum + term,
      pairs: true,
      known: (sum, share) => sum / (share * share),
      whole: (sum) => sum,
    },
  };

  /**
   * Score, bounds, class and limiting factor of every parcel.
   *
   * `factors` are the page's factors with `values` (NaN unknown); `options` has `floor`, `bounds`
   * and `aggregation`; its `excludedBy`, if it has one, tells by which layer a row is excluded whatever
   * its factors are (null: by none). `limiting` is a factor's place, -1 for none.
   */
  function scores(herb, factors, n, options) {
    const method = METHODS[options.aggregation];
    const sums = {
      n,
      known: new Float64Array(n).fill(method.start),
      low: new Float64Array(n).fill(method.start),
      high: new Float64Array(n).fill(method.start),
      share: new Float64Array(n),
      count: new Uint8Array(n),
      loss: new Float64Array(n),
      limiting: new Int8Array(n).fill(-1),
      excluded: new Uint8Array(n),
      open: new Uint8Array(n),
    };
    const requirements = prepare(herb, factors, options.floor);
    for (const requirement of requirements) {
      gather(method, requirement, factors[requirement.factor].values, options.floor, sums);
    }
    if (method.pairs) pairSums(requirements, factors, options.floor, sums);
    for (let i = 0; options.excludedBy && i < n; i++) {
      if (!options.excludedBy(i)) continue;
      sums.excluded[i] = 1;
      sums.limiting[i] = -1;
    }
    return finish(method, options.bounds, sums);
  }

  /** Add one requirement's part to every parcel's sums. */
  function gather(method, requirement, values, floor, sums) {
    const { n, known, low, high, share, count, loss, limiting, excluded, open } = sums;
    const mayExclude = requirement.knock_out && requirement.least === 0 ? 1 : 0;
    const { term, add } = method;
    const least = term(requirement.least, requirement.share);
    const most = term(requirement.most, requirement.share);
    for (let i = 0; i < n; i++) {
      const value = values[i];
      if (value !== value) {
        low[i] = add(low[i], least);
        high[i] = add(high[i], most);
        open[i] |= mayExclude;
        continue;
      }
      const mu = membership(requirement, value);
      const e = effective(requirement, mu, floor);
      const part = term(e, requirement.share);
      count[i]++;
      share[i] += requirement.share;
      known[i] = add(known[i], part);
      low[i] = add(low[i], part);
      high[i] = add(high[i], part);
      if (e === 1 || excluded[i]) continue;
      if (requirement.knock_out && mu === 0) {
        excluded[i] = 1;
        limiting[i] = requirement.factor;
        continue;
      }
      const lost = -requirement.share * Math.log(e);
      if (lost > loss[i] + TIE) {
        loss[i] = lost;
        limiting[i] = requirement.factor;
      }
    }
  }

  /** Sums over all pairs of factors of both their shares and the worse of their memberships. */
  function pairSums(requirements, factors, floor, { n, known, low, high }) {
    const sides = [known, low, high].map((sum) => ({ sum, e: new Float64Array(requirements.length) }));
    for (let i = 0; i < n; i++) {
      requirements.forEach((requirement, nth) => {
        const value = factors[requirement.factor].values[i];
        const e = value === value ? effective(requirement, membership(requirement, value), floor) : NaN;
        const ends = e === e ? [e, e, e] : [0, requirement.least, requirement.most];
        sides.forEach((side, of) => (side.e[nth] = ends[of]));
      });
      for (const { sum, e } of sides) {
        for (let one = 0; one < e.length; one++) {
          const { share } = requirements[one];
          sum[i] += share * share * e[one];
          for (let other = one + 1; other < e.length; other++) {
            sum[i] += 2 * share * requirements[other].share * Math.min(e[one], e[other]);
          }
        }
      }
    }
  }

  function finish(method, bounds, { n, known, low, high, share, count, limiting, excluded, open }) {
    const score = new Float64Array(n);
    const classes = new Uint8Array(n);
    for (let i = 0; i < n; i++) {
      if (excluded[i]) {
        low[i] = high[i] = 0;
        classes[i] = EXCLUDED;
        continue;
      }
      low[i] = open[i] ? 0 : method.whole(low[i]);
      high[i] = method.whole(high[i]);
      const middle = count[i] ? method.known(known[i], share[i]) : NaN;
      score[i] = middle === middle ? Math.min(Math.max(middle, low[i]), high[i]) : NaN;
      classes[i] = classOf(score[i], bounds);
    }
    return { score, lower: low, upper: high, classes, limiting };
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
    let narrowest = null;
    let widest = 0;
    for (const { requirement, known, share } of parts) {
      const { least, most } = requirement;
      const open = options.aggregation === "geometric" ? Math.log(most / Math.max(least, 1e-9)) : most - least;
      const width = known ? 0 : share * open;
      if (width > widest) {
        widest = width;
        narrowest = requirement.factor;
      }
    }
    return {
      score: result.score[0],
      lower: result.lower[0],
      upper: result.upper[0],
      klass: result.classes[0],
      limiting: result.limiting[0],
      excludedBy,
      narrowest,
      parts,
    };
  }

  kanpo.kernel = { CLASSES, membership, effective, extremes, prepare, scores, explain };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
