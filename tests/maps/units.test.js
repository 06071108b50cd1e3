// The page's code, piece by piece.
"use strict";
const assert = require("node:assert");
const path = require("node:path");
const test = require("node:test");
const page = path.join(__dirname, "..", "..", "kanpo", "maps", "page");
for (const name of ["strings.js", "decode.js", "curves.js", "judge.js", "methods.js", "deciding.js", "verdict.js", "kernel.js", "order.js", "index.js", "list.js", "changes.js", "download.js", "favourites.js", "share.js", "filters.js", "findings.js", "costs.js", "years.js"]) require(path.join(page, name));
const { curves, judge, kernel, verdict, order, decode, index, strings, changes, download, favourites, share, filters, findings } = globalThis.kanpo;

test("a trapezoid rises, stays, falls", () => {
  const of = (corners, value) => curves.membership({ corners }, value);
  assert.strictEqual(of([1, 3, 5, 9], 0.9), 0);
  assert.strictEqual(of([1, 3, 5, 9], 2), 0.5);
  assert.strictEqual(of([1, 3, 5, 9], 3), 1);
  assert.strictEqual(of([1, 3, 5, 9], 7), 0.5);
  assert.strictEqual(of([1, 3, 5, 9], 9.1), 0);
  assert.strictEqual(of([null, null, 5, 9], -100), 1);
  assert.strictEqual(of([1, 3, null, null], 1e9), 1);
  assert.strictEqual(of([3, 3, null, null], 3), 1, "a step lets its own value in");
  assert.strictEqual(of([3, 3, null, null], 2.999), 0);
});

test("a Gaussian curve falls to both sides and ends at six sigma", () => {
  const of = (value) => curves.membership({ bell: [6, 0.5] }, value);
  assert.strictEqual(of(6), 1);
  assert.ok(Math.abs(of(5.5) - Math.exp(-0.5)) < 1e-15);
  assert.ok(of(9) > 0);
  assert.strictEqual(of(9.01), 0);
});

test("a piecewise curve is straight between its points and level beyond", () => {
  const of = (value) => curves.membership({ points: [[0, 0.25], [10, 1], [30, 0]] }, value);
  assert.deepStrictEqual([-5, 0, 5, 10, 20, 30, 99].map(of), [0.25, 0.25, 0.625, 1, 0.5, 0, 0]);
});

const OPTIONS = { floor: 0.05, spread: { high: 0.05, medium: 0.1, low: 0.25 }, bounds: [0.75, 0.5, 0.25], works: [], aggregation: "limitation" };

test("what is not known counts from its worst to its best within the physical range", () => {
  const ends = (requirement, range, works = []) => {
    const { fills } = new judge.Judge(requirement, { range }, works, [], OPTIONS);
    return [fills[1][3], fills[3][3]];
  };
  assert.deepStrictEqual(ends({ corners: [null, null, 8, 20], knock_out: true }, [0, 90]), [0, 1]);
  assert.deepStrictEqual(ends({ corners: [null, null, 8, 20] }, [0, 90]), [0.05, 1]);
  assert.deepStrictEqual(ends({ corners: [80, 100, null, null] }, [0, 90]), [0.05, 0.5]);
  assert.deepStrictEqual(ends({ classes: [0.2, 0.9] }, [0, 1]), [0.2, 0.9]);
  assert.deepStrictEqual(ends({ bell: [10, 5] }, [0, 90]), [0.05, 1]);
  assert.deepStrictEqual(ends({ points: [[0, 0.5], [40, 0.9], [60, 0.3]] }, [0, 90]), [0.3, 0.9]);
  const work = { kind: "add", amount: 30, most: 90, land_types: [0] };
  assert.deepStrictEqual(ends({ corners: [20, 40, null, null] }, [0, 90], [work]), [0.05, 1], "on no known land the work is not counted on");
});

test("a curve is kinder one way and stricter the other, and works only lift", () => {
  const [strict, plain, kind] = [-1, 0, 1].map((sense) => curves.shifted({ corners: [0, 10, null, null] }, sense * 0.1));
  assert.deepStrictEqual([5, 10, 12].map(strict), [0.4, 0.9, 1]);
  assert.deepStrictEqual([5, 10, 12].map(plain), [0.5, 1, 1]);
  assert.deepStrictEqual([5, 10, 12].map(kind), [0.6, 1, 1]);
  const drains = { kind: "classes", classes: [0, 0], land_types: [] };
  const { Judge } = judge;
  const of = (classes) => new Judge({ classes }, {}, [drains], [], OPTIONS).at(1, 3, 1, true);
  assert.deepStrictEqual([of([1, 0.4]), of([0.2, 1])], [1, 1], "drains are not laid for what loves water");
});

test("nothing known gives no class, the widest range, and what would decide", () => {
  const herb = { id: "h", requirements: [{ factor: 0, corners: [null, null, 8, 20], weight: 1, knock_out: true }] };
  const factors = [{ range: [0, 90], kind: "number", classes: [], values: [NaN] }];
  const told = verdict.at(kernel.scores(herb, factors, 1, OPTIONS), 0);
  assert.deepStrictEqual([told.lower, told.upper, told.shown, told.kind, told.code, told.limiting, told.deciding], [0, 1, false, verdict.UNKNOWN, 0, -1, 0]);
});

test("kinds are disjoint and add up", () => {
  const herb = { id: "h", requirements: [{ factor: 0, corners: [0, 10, null, null], weight: 1, knock_out: true, confidence: "medium" }, { factor: 1, classes: [1, 0.3], weight: 1 }] };
  const factors = [{ range: [0, 90], kind: "number", classes: [], values: [50, 0, 50, 4.8, NaN] }, { kind: "class", classes: ["a", "b"], values: [0, NaN, NaN, 0, NaN] }];
  const result = kernel.scores(herb, factors, 5, OPTIONS);
  // Sure; a known fatal factor decides; half the weight is known; the catalogue decides; nothing is known.
  assert.deepStrictEqual([...result.kinds], [0, 0, 3, 1, 3]);
  assert.deepStrictEqual([...result.codes], [1, 5, 0, 10, 0]);
  const sums = verdict.summed(verdict.shares(result, [1, 1, 1, 1, 1], [1, 1, 1, 1, 1]));
  const counted = Object.fromEntries(Object.entries(sums).map(([name, { n }]) => [name, n]));
  assert.deepStrictEqual(counted, { sure: 1, likely: 1, measuring: 0, unknown: 2, not: 1, unlikely: 0 });
  assert.strictEqual(verdict.summed({ count: Float64Array.from({ length: 32 }, (_, code) => Number(code === 12)), area: new Float64Array(32) }).unlikely.n, 1);
});

test("varints of one to five bytes", () => {
  assert.deepStrictEqual([...decode.varints(Uint8Array.of(0, 127, 0x80, 1, 0xff, 0xff, 0xff, 0xff, 7))], [0, 127, 128, 2147483647]);
  assert.deepStrictEqual([...decode.varints(Uint8Array.of(0, 1, 2, 3), true)], [0, -1, 1, -2]);
});

test("names are found in any width and with any hyphen", () => {
  const matches = index.search(3, (row) => ["大字上野山 12-3", "上野山１２番地３", "下川原 7"][row]);
  for (const query of ["上野山12-3", "上野山 １２－３", "上野山12ー3", "上野山１２−３"]) {
    assert.deepStrictEqual([...matches(query)], [1, 1, 0], query);
  }
  assert.strictEqual(matches("  "), null);
});

test("the list has what is known first, then by score and lower bound, the larger area first among equals", () => {
  const result = { score: [0.5, 0.99, 0.9, 0.5, 0, 0.5], lower: [0.2, 0, 0.9, 0.2, 0, 0.3], shown: [1, 0, 1, 1, 1, 1] };
  const areas = [100, 900, NaN, 300, 50, 10];
  const largest = order.byArea(areas, 6);
  assert.deepStrictEqual([...largest], [1, 3, 0, 4, 5, 2]);
  const places = new Int32Array(6);
  largest.forEach((row, place) => (places[row] = place));
  const sorted = order.byScore(Int32Array.of(0, 1, 2, 3, 4, 5), result, largest, places);
  assert.deepStrictEqual([...sorted], [2, 5, 3, 0, 4, 1]);
  assert.deepStrictEqual(order.shared(sorted, result, 6), [[0, 1], [1, 1], [2, 2], [2, 2], [4, 1], [5, 1]], "equals share a rank");
  assert.deepStrictEqual([...order.ranksOf(result)], [3, 6, 1, 3, 5, 2]);
  assert.deepStrictEqual([...order.byScore(Int32Array.of(4, 0), result, largest, places)], [0, 4]);
  assert.deepStrictEqual([...order.byArea([], 0)], []);
});

test("the best rows are those of the whole order", () => {
  const n = 5000;
  const score = Array.from({ length: n }, (_, row) => ((row * 7919) % 997) / 996);
  const result = { score, lower: score.map((one) => one / 2), shown: score.map((_, row) => (row % 11 ? 1 : 0)) };
  const areas = Array.from({ length: n }, (_, row) => (row * 31) % 600);
  const largest = order.byArea(areas, n);
  const places = new Int32Array(n);
  largest.forEach((row, place) => (places[row] = place));
  const rows = Int32Array.from({ length: n }, (_, row) => row);
  const whole = order.byScore(rows, result, largest, places);
  for (const k of [1, 24, 200, 2400]) assert.deepStrictEqual([...order.best(rows, result, largest, places, k)].slice(0, k), [...whole].slice(0, k));
});

const HERB = {
  id: "h",
  requirements: [
    { factor: 0, weight: 2, corners: [null, null, 8, 20] },
    { factor: 1, weight: 1, classes: [0, 1] },
    { factor: 2, weight: 1, bell: [6, 1] },
    { factor: 3, weight: 1, points: [[0, 1], [5, 0]] },
  ],
};

test("changes are kept beside the herb, and gone when taken back", () => {
  const made = changes.create();
  assert.strictEqual(made.apply(HERB), HERB);
  assert.ok(made.set(HERB, 0, { weight: 3 }) && made.set(HERB, 0, { corners: [null, null, 5, 20] }) && made.set(HERB, 3, { points: [[0, 0.5], [5, 0]] }));
  assert.deepStrictEqual(made.apply(HERB).requirements[0], { factor: 0, weight: 3, corners: [null, null, 5, 20] });
  assert.strictEqual(HERB.requirements[0].weight, 2);
  assert.strictEqual(made.count(HERB), 2);
  made.set(HERB, 3, { points: [[0, 1], [5, 0]] });
  assert.deepStrictEqual(made.factors(HERB), [0]);
  made.reset(HERB, 0);
  assert.strictEqual(made.count(HERB), 0);
});

test("what no requirement can be changes nothing", () => {
  const made = changes.create();
  const wrong = [
    [0, { weight: -1 }], [0, { weight: NaN }], [0, { weight: "2" }], [0, { weight: 1e9 }], [9, { weight: 1 }],
    [0, { corners: [null, null, 20, 8] }], [0, { corners: [1, 2, 8, 20] }], [0, { corners: [null, null, 8] }], [0, { corners: "8,20" }],
    [1, { corners: [null, null, 8, 20] }], [1, { classes: [0, 2] }], [1, { classes: [0] }], [2, { bell: [6, 0] }], [2, { bell: [6, 1, 2] }],
    [3, { points: [[5, 1], [0, 0]] }], [3, { points: [[0, 1], [5, -1]] }], [0, { knock_out: true }], [0, { __proto__: null, constructor: 1 }],
  ];
  for (const [factor, part] of wrong) assert.strictEqual(made.set(HERB, factor, part), false, JSON.stringify(part));
  assert.strictEqual(made.count(HERB), 0);
});

test("numbers of an address are read or refused whole", () => {
  assert.deepStrictEqual(share.numbers("1,,-2.5"), [1, null, -2.5]);
  for (const text of ["1e999", "0x10", "NaN", "1,a", " 1", "1".repeat(20), ",".repeat(100)]) assert.strictEqual(share.numbers(text), undefined, text);
  assert.deepStrictEqual(share.read("points", "0,1,5,0"), [[0, 1], [5, 0]]);
  assert.strictEqual(share.read("points", "0,1,5"), undefined);
});

test("a table is a CSV that no spreadsheet runs", () => {
  const text = download.csv([["a", "b"], ["=1+1", 'x"y'], ["＝1", null], ["-1", -1], [NaN, "a\nb"]]);
  assert.strictEqual(text, '\ufeffa,b\r\n\'=1+1,"x""y"\r\n\'＝1,\r\n\'-1,-1\r\n,"a\nb"\r\n');
  assert.strictEqual(download.fileName("list", "../../<x>12-3"), "list_x12-3.csv");
});

test("record ids are of version 7 and in the order of time", () => {
  const random = new Uint8Array(16).fill(255);
  const [early, late] = [1, 2 ** 40 + 5].map((time) => favourites.uuid7(time, random));
  assert.match(late, /^[0-9a-f]{8}-[0-9a-f]{4}-7fff-bfff-f{12}$/);
  assert.ok(early < late);
  assert.strictEqual(favourites.checked({ id: "x", note: "" }), null);
});

test("distances count from the middle of a parcel", () => {
  const at = (longitude, latitude) => {
    const sine = Math.sin((latitude * Math.PI) / 180);
    const [x, y] = [longitude / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
    return [x, y, x, y];
  };
  // A thousandth of a degree of latitude is 111 m.
  const outlines = { box: Float64Array.of(...at(139.8, 38.701), ...at(139.8, 38.702), NaN, NaN, NaN, NaN) };
  assert.deepStrictEqual([...filters.within(outlines, 3, [38.7, 139.8], 150)], [1, 0, 0]);
});

test("results are averaged by trial and treatment", () => {
  const kg = ["乾燥", "dry"];
  const plot = (treatment, ...results) => ({ code: ["T", "P"], treatment: [treatment, treatment], results: results.map((value) => [kg, value]) });
  const found = findings.means([plot("a", 2), plot("b", 5), plot("a", 4), plot("a")]);
  assert.deepStrictEqual(found.map(({ treatment, plots, results }) => [treatment[0], plots, results[0].mean, results[0].n]), [["a", 3, 3, 2], ["b", 1, 5, 1]]);
});

test("every text is there in both languages", () => {
  for (const [key, pair] of Object.entries(strings.words)) {
    assert.strictEqual(pair.length, 2, key);
    assert.ok(pair[0] && pair[1], key);
    const names = (text) => [...text.matchAll(/\{\w+\}/g)].map(String).sort().join();
    assert.strictEqual(names(pair[0]), names(pair[1]), key);
  }
});

const { costs, years } = globalThis.kanpo;

test("yen and hours are a range, and what is open is never nothing", () => {
  assert.strictEqual(costs.range(20000, 60000, "yen"), "20,000〜60,000円");
  assert.strictEqual(costs.range(20000, NaN, "yen"), "20,000円以上");
  assert.strictEqual(costs.range(0, NaN, "hours"), "時間はまだ言えない");
  assert.strictEqual(costs.range(162.4, 169, "hours"), "162〜169時間");
  assert.strictEqual(costs.range(4, 4, "hours"), "4時間");
  assert.strictEqual(costs.range(2.25, 7.5, "hours"), "2.25〜7.5時間");
  const brief = (low, high) => costs.brief({ yen_low: low, yen_high: high });
  assert.deepStrictEqual([brief(60000, 160000), brief(5000, NaN), brief(0, NaN), brief(0, 0), brief(123456, 130000)], ["6〜16", "0.5〜", "不明", "0", "12〜13"]);
});

test("among equals what takes less comes first, what is open behind it, what is not known last", () => {
  const table = { codes: [0, 1, 2, 3, NaN, 1], yen_low: [50000, 20000, 0, 10000], yen_high: [50000, 60000, NaN, NaN] };
  const largest = Int32Array.of(5, 4, 3, 2, 1, 0);
  const sorted = order.byCost(costs.keys(table), largest, order.placesIn(largest));
  assert.deepStrictEqual([...sorted], [5, 1, 0, 2, 3, 4]);
  const result = { score: [0.5, 0.5, 0.9, 0.5, 0.5, 0.5], lower: [0, 0, 0, 0, 0, 0], shown: [1, 1, 1, 1, 1, 1] };
  const ranked = order.byScore(Int32Array.of(0, 1, 2, 3, 4, 5), result, sorted, order.placesIn(sorted));
  assert.deepStrictEqual([...ranked], [2, 5, 1, 0, 3, 4]);
  assert.deepStrictEqual(order.shared(ranked, result, 6).map(([start]) => start + 1), [1, 2, 2, 2, 2, 2], "they share a rank");
});

test("stretches of years end where a year is missing or outside", () => {
  assert.deepStrictEqual(years.stretches([2001, 2002, 2003, 2005, 2006], [true, true, false, true, true], 2), { windows: 3, apart: 2, whole: 2 });
  assert.deepStrictEqual(years.stretches([2001], [true], 2), { windows: 0, apart: 0, whole: 0 });
  const [low, high] = years.wilson(1, 30);
  assert.ok(Math.abs(low - 0.8865) < 1e-3);
  assert.strictEqual(high, 1);
});

test("parcels are told apart only where one is surely better than another", () => {
  const herb = { id: "h", requirements: [{ factor: 0, corners: [0, 10, null, null], weight: 1 }, { factor: 1, corners: [0, 10, null, null], weight: 1 }] };
  const of = (first, second) => {
    const factors = [first, second].map((values) => ({ range: [0, 10], kind: "number", classes: [], values }));
    const { tellsApart, differs } = kernel.scores(herb, factors, 2, OPTIONS);
    return [tellsApart, differs];
  };
  assert.deepStrictEqual(of([9, 3], [9, 3]), [true, true]);
  assert.deepStrictEqual(of([9, 3], [NaN, NaN]), [false, true], "their intervals overlap");
  assert.deepStrictEqual(of([NaN, NaN], [NaN, NaN]), [false, false]);
});

test("an average in order is that of its definition, now, after works, and while a factor is moved", () => {
  const options = { ...OPTIONS, aggregation: "owa", works: [{ id: "w", factor: 1, kind: "add", amount: 3, most: 9, land_types: [], herbs: [] }] };
  const requirement = (factor, weight, extra) => ({ factor, weight, corners: [0, 10, null, null], ...extra });
  const herb = { id: "h", requirements: [requirement(0, 2), requirement(1, 1), requirement(2, 3)] };
  const columns = [[2, 9, 5], [4, 4, 8], [7, 1, 10]];
  const factors = columns.map((values) => ({ range: [0, 10], kind: "number", classes: [], values: Float64Array.from(values) }));
  const expected = (weights, values) => {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const memberships = values.map((value) => Math.max(value / 10, 0.05));
    let sum = 0;
    weights.forEach((one, i) => weights.forEach((other, j) => (sum += one * other * Math.min(memberships[i], memberships[j]))));
    return sum / total ** 2;
  };
  const close = (found, wanted) => wanted.forEach((value, row) => assert.ok(Math.abs(found[row] - value) < 1e-12, `${found[row]} ${value}`));
  const rows = (weights, lift) => [0, 1, 2].map((row) => expected(weights, columns.map((values, nth) => (nth === 1 && lift ? Math.max(values[row], Math.min(values[row] + 3, 9)) : values[row]))));
  const scorer = new kernel.Scorer(factors, 3, options);
  const result = scorer.scores(herb);
  close(result.score, rows([2, 1, 3], false));
  close(result.after.score, rows([2, 1, 3], true));
  const heavier = { ...herb, requirements: [requirement(0, 2), requirement(1, 5), requirement(2, 3)] };
  const moved = scorer.moved(heavier, 1);
  close(moved.score, rows([2, 5, 3], false));
  close(moved.after.score, rows([2, 5, 3], true));
});
