/* Classes, how sure they are, ranks, and what a herb's parcels add up to. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});

  /** Classes by code. */
  const CLASSES = ["?", "S1", "S2", "S3", "N1", "N2"];
  /** How sure the class of a parcel is, by code. */
  const KINDS = ["sure", "by_catalogue", "by_measuring", "unknown"];
  const [SURE, BY_CATALOGUE, BY_MEASURING, UNKNOWN] = [0, 1, 2, 3];
  /** How a parcel is drawn: its class plus 8 times its kind; this for herbs that too little is known of. */
  const REFERENCE = 24;
  /** Share of a herb's weight that has to be known for a range of classes to be shown. */
  const KNOWN_ENOUGH = 0.6;
  const TIE = 1e-12;
  const [LEAST, LOWER, POINT, UPPER, MOST] = [0, 1, 2, 3, 4];

  /** The class of a score; `beyond` tells that nothing mends it. */
  function classOf(score, bounds, beyond) {
    if (score >= bounds[0]) return 1;
    if (score >= bounds[1]) return 2;
    if (score >= bounds[2]) return 3;
    return beyond ? 5 : 4;
  }

  /** A property that is computed when it is first asked for. */
  function lazily(object, name, make) {
    let made = null;
    Object.defineProperty(object, name, { enumerable: true, get: () => (made = made || make()) });
  }

  /**
   * Adds to a result the classes of both ends of the interval, how sure they are, and how each parcel is drawn;
   * as parcels lie and, under `after`, after works.
   */
  function judge(result, { bounds, reference, beyond }) {
    const { numbers, known, excluded, lost } = result;
    const [least, lower, score, upper, most] = numbers;
    Object.assign(result, sideOf(numbers, beyond, excluded, known, bounds, reference), { reference, differs: differ(score), tellsApart: tellsApart(lower, upper, excluded), least, lower, score, upper, most });
    lazily(result, "after", () => {
      const { potential } = result;
      const side = sideOf(potential, (k, i) => potential[k][i] === 0, lost, known, bounds, reference);
      return { ...side, lower: potential[LOWER], score: potential[POINT], upper: potential[UPPER] };
    });
    return result;
  }

  function sideOf(scores, beyond, decided, known, bounds, reference) {
    const n = known.length;
    const out = { classes: new Uint8Array(n), best: new Uint8Array(n), kinds: new Uint8Array(n), shown: new Uint8Array(n), codes: new Uint8Array(n) };
    const enough = KNOWN_ENOUGH - TIE;
    const [lower, upper] = [scores[LOWER], scores[UPPER]];
    const [s1, s2, s3] = bounds;
    const code = (k, i) => {
      const score = scores[k][i];
      return classOf(score, bounds, score < s3 && beyond(k, i));
    };
    for (let i = 0; i < n; i++) {
      const low = lower[i] >= s3 ? (lower[i] >= s1 ? 1 : lower[i] >= s2 ? 2 : 3) : beyond(LOWER, i) ? 5 : 4;
      const high = upper[i] >= s1 ? 1 : code(UPPER, i);
      let kind = known[i] >= enough ? BY_MEASURING : UNKNOWN;
      // Of an outline alone nothing is said.
      if (low === high && known[i] > 0) kind = code(LEAST, i) === code(MOST, i) ? SURE : BY_CATALOGUE;
      if (decided[i]) kind = SURE;
      if (reference) kind = UNKNOWN;
      const shown = kind < UNKNOWN || (reference && known[i] >= enough);
      out.classes[i] = low;
      out.best[i] = high;
      out.kinds[i] = kind;
      out.shown[i] = shown ? 1 : 0;
      out.codes[i] = shown ? low + (reference ? REFERENCE : 8 * kind) : 0;
    }
    return out;
  }

  function differ(scores) {
    let [least, most] = [Infinity, -Infinity];
    for (let i = 0; i < scores.length; i++) {
      if (scores[i] < least) least = scores[i];
      if (scores[i] > most) most = scores[i];
    }
    return most - least > TIE;
  }

  /** Whether any row that is not certainly excluded is surely better than another one; with none of those there is nothing to tell. */
  function tellsApart(lower, upper, excluded) {
    let [best, worst] = [-Infinity, Infinity];
    for (let i = 0; i < lower.length; i++) {
      if (excluded[i]) continue;
      if (lower[i] > best) best = lower[i];
      if (upper[i] < worst) worst = upper[i];
    }
    return best === -Infinity || best > worst + TIE;
  }

  /** What is said of one row. */
  function at(result, row) {
    const side = ({ classes, best, kinds, shown, codes, score, lower, upper }) => ({
      klass: classes[row], best: best[row], kind: kinds[row], shown: Boolean(shown[row]), code: codes[row],
      score: score[row], lower: lower[row], upper: upper[row],
    });
    const { limiting, deciding, known, excluded, reference } = result;
    return {
      ...side(result), least: result.least[row], most: result.most[row], reference,
      get after() {
        return side(result.after);
      },
      limiting: limiting(row), deciding: deciding(row), known: known[row], excluded: Boolean(excluded[row]),
    };
  }

  /** Count and area of the rows that `shown` lets through, by how they are drawn. */
  function shares({ codes }, areas, shown) {
    const count = new Float64Array(32);
    const area = new Float64Array(32);
    for (let i = 0; i < codes.length; i++) {
      if (!shown[i]) continue;
      count[codes[i]]++;
      if (areas[i] === areas[i]) area[codes[i]] += areas[i];
    }
    return { count, area };
  }

  /** The sums that the first sentence says: surely suitable, suitable by the catalogue, open, unknown, not suitable. */
  function summed({ count, area }) {
    const groups = { sure: [], likely: [], measuring: [], unknown: [0], not: [], unlikely: [] };
    for (let code = 1; code < 32; code++) {
      const kind = code >> 3;
      const klass = code & 7;
      if (!klass || klass > 5) continue;
      if (kind === 3) groups.unknown.push(code);
      else if (kind === BY_MEASURING) groups.measuring.push(code);
      else if (klass > 3) groups[kind === SURE ? "not" : "unlikely"].push(code);
      else groups[kind === SURE ? "sure" : "likely"].push(code);
    }
    const total = (values, codes) => codes.reduce((sum, code) => sum + values[code], 0);
    return Object.fromEntries(Object.entries(groups).map(([name, codes]) => [name, { n: total(count, codes), area: total(area, codes) }]));
  }

  kanpo.verdict = { CLASSES, KINDS, SURE, BY_CATALOGUE, BY_MEASURING, UNKNOWN, REFERENCE, KNOWN_ENOUGH, classOf, lazily, judge, at, shares, summed };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
