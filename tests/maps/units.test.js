// The page's code, piece by piece.
"use strict";
const assert = require("node:assert");
const path = require("node:path");
const test = require("node:test");
const page = path.join(__dirname, "..", "..", "kanpo", "maps", "page");
for (const name of ["strings.js", "decode.js", "curves.js", "judge.js", "methods.js", "deciding.js", "verdict.js", "kernel.js", "index.js", "list.js", "changes.js", "download.js", "favourites.js", "share.js", "filters.js", "findings.js"]) require(path.join(page, name));
const { curves, kernel, decode, index, list, strings, changes, download, favourites, share, filters, findings } = globalThis.kanpo;

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

test("extremes look at the physical range only", () => {
  const factor = { range: [0, 90] };
  assert.deepStrictEqual(curves.extremes({ corners: [null, null, 8, 20], knock_out: true }, factor, 0.05), [0, 1]);
  assert.deepStrictEqual(curves.extremes({ corners: [null, null, 8, 20] }, factor, 0.05), [0.05, 1]);
  assert.deepStrictEqual(curves.extremes({ corners: [80, 100, null, null] }, factor, 0.05), [0.05, 0.5]);
  assert.deepStrictEqual(curves.extremes({ classes: [0.2, 0.9] }, factor, 0.05), [0.2, 0.9]);
  assert.deepStrictEqual(curves.extremes({ bell: [10, 5] }, factor, 0.05), [0.05, 1]);
  assert.deepStrictEqual(curves.extremes({ points: [[0, 0.5], [40, 0.9], [60, 0.3]] }, factor, 0.05), [0.3, 0.9]);
});

test("nothing known gives no score, and the widest range", () => {
  const herb = { requirements: [{ factor: 0, corners: [null, null, 8, 20], weight: 1, knock_out: true }] };
  const factors = [{ range: [0, 90], values: [NaN] }];
  const result = kernel.scores(herb, factors, 1, { floor: 0.05, bounds: [0.75, 0.5, 0.25], aggregation: "geometric" });
  assert.ok(Number.isNaN(result.score[0]));
  assert.deepStrictEqual([result.lower[0], result.upper[0], result.classes[0], result.limiting[0]], [0, 1, 0, -1]);
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

test("the list is sorted by score, then by area, unknown last", () => {
  const scores = [0.5, NaN, 0.9, 0.5, 0];
  const areas = [100, 900, NaN, 300, 50];
  const largest = list.byArea(areas, 5);
  assert.deepStrictEqual([...largest], [1, 3, 0, 4, 2]);
  const places = [2, 0, 4, 1, 3];
  assert.deepStrictEqual([...list.byScore(Int32Array.of(0, 1, 2, 3, 4), scores, largest, places)], [2, 3, 0, 4, 1]);
  assert.deepStrictEqual([...list.byScore(Int32Array.of(4, 0), scores, largest, places)], [0, 4]);
  assert.deepStrictEqual([...list.byArea([], 0)], []);
});

test("the best rows are those of the whole order", () => {
  const n = 5000;
  const scores = Array.from({ length: n }, (_, row) => (row % 11 ? ((row * 7919) % 997) / 996 : NaN));
  const areas = Array.from({ length: n }, (_, row) => (row * 31) % 600);
  const largest = list.byArea(areas, n);
  const places = new Int32Array(n);
  largest.forEach((row, place) => (places[row] = place));
  const rows = Int32Array.from({ length: n }, (_, row) => row);
  const whole = list.byScore(rows, scores, largest, places);
  for (const k of [1, 24, 200, 2400]) assert.deepStrictEqual([...list.best(rows, scores, largest, places, k)].slice(0, k), [...whole].slice(0, k));
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
