/* The order of parcels: those with a class or a range of classes first, then by score, then by its lower bound. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const BINS = 1024;

  /* Sorting goes by one whole number per row, value before place, which engines sort without calling back. */
  const AREA_DECIMALS = 10;
  const SCORE_DECIMALS = 1e9;
  /* More than any score is worth. */
  const KNOWN = 2 * SCORE_DECIMALS;

  const scoreKey = ({ shown, score }, row) => (shown[row] ? KNOWN : 0) + Math.round(score[row] * SCORE_DECIMALS);
  const lowerKey = ({ lower }, row) => Math.round(lower[row] * SCORE_DECIMALS);

  /** Rows by falling value (a whole number); `placeOf` breaks ties and `rowAt` undoes it, places being below `n`. */
  function falling(rows, valueOf, placeOf, rowAt, n) {
    const keys = new Float64Array(rows.length);
    for (let nth = 0; nth < rows.length; nth++) keys[nth] = -valueOf(rows[nth]) * n + placeOf(rows[nth], nth);
    keys.sort();
    const out = new Int32Array(rows.length);
    for (let nth = 0; nth < out.length; nth++) out[nth] = rowAt(((keys[nth] % n) + n) % n);
    return out;
  }

  /** All rows from the largest area to the smallest, unknown last. */
  function byArea(areas, n) {
    const same = (row) => row;
    const value = (row) => Math.round((areas[row] === areas[row] ? areas[row] : -1) * AREA_DECIMALS);
    return falling(Int32Array.from({ length: n }, (_, row) => row), value, same, same, n);
  }

  /** All rows by rising `keys` (whole numbers of 0 or more); rows come in the order of `largest` among equals. */
  function byCost(keys, largest, places) {
    return falling(largest, (row) => -keys[row], (row) => places[row], (place) => largest[place], largest.length);
  }

  /** Where each row stands in an order. */
  function placesIn(order) {
    const places = new Int32Array(order.length);
    order.forEach((row, place) => (places[row] = place));
    return places;
  }

  /** `rows` from the best to the worst; among equals in the order of `largest`, of which `places` are the places. */
  function byScore(rows, result, largest, places) {
    const byLower = falling(rows, (row) => lowerKey(result, row), (row) => places[row], (place) => largest[place], largest.length);
    return falling(byLower, (row) => scoreKey(result, row), (_, nth) => nth, (nth) => byLower[nth], byLower.length);
  }

  /** The best `k` rows and all that share their score, in the order of `byScore`, without sorting the rest. */
  function best(rows, result, largest, places, k) {
    if (rows.length <= 2 * k) return byScore(rows, result, largest, places);
    const { shown, score } = result;
    const bins = new Uint32Array(2 * (BINS + 1));
    const bin = new Uint16Array(rows.length);
    for (let nth = 0; nth < bin.length; nth++) {
      const row = rows[nth];
      bin[nth] = (shown[row] ? BINS + 1 : 0) + Math.floor(score[row] * BINS);
      bins[bin[nth]]++;
    }
    let least = bins.length - 1;
    let n = bins[least];
    while (n < k && least > 0) n += bins[--least];
    const chosen = new Int32Array(n);
    for (let nth = 0, at = 0; nth < bin.length; nth++) if (bin[nth] >= least) chosen[at++] = rows[nth];
    return byScore(chosen, result, largest, places);
  }

  /** Where each of the first `k` ordered rows' equals begin, and how many they are: [start, count]. */
  function shared(order, result, k) {
    const out = [];
    for (let start = 0; start < order.length && start < k;) {
      const [score, lower] = [scoreKey(result, order[start]), lowerKey(result, order[start])];
      let end = start + 1;
      while (end < order.length && scoreKey(result, order[end]) === score && lowerKey(result, order[end]) === lower) end++;
      for (let nth = start; nth < end && nth < k; nth++) out.push([start, end - start]);
      start = end;
    }
    return out;
  }

  /** The rank of each row; equal rows share one. */
  function ranksOf(result) {
    const rows = Int32Array.from(result.score, (_, row) => row);
    const order = byScore(rows, result, rows, rows);
    const ranks = new Int32Array(rows.length);
    shared(order, result, order.length).forEach(([start], nth) => (ranks[order[nth]] = start + 1));
    return ranks;
  }

  kanpo.order = { byArea, byCost, placesIn, byScore, best, shared, ranksOf };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
