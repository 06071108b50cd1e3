// The page's code, piece by piece.
"use strict";
const assert = require("node:assert");
const path = require("node:path");
const test = require("node:test");
const page = path.join(__dirname, "..", "..", "kanpo", "maps", "page");
for (const name of ["strings.js", "decode.js", "curves.js", "kernel.js", "index.js", "list.js"]) require(path.join(page, name));
const { curves, kernel, decode, index, list, strings } = globalThis.kanpo;

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

test("every text is there in both languages", () => {
  for (const [key, pair] of Object.entries(strings.words)) {
    assert.strictEqual(pair.length, 2, key);
    assert.ok(pair[0] && pair[1], key);
    const names = (text) => [...text.matchAll(/\{\w+\}/g)].map(String).sort().join();
    assert.strictEqual(names(pair[0]), names(pair[1]), key);
  }
});
