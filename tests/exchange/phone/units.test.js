// The phone page's code, piece by piece.
"use strict";
const assert = require("node:assert");
const path = require("node:path");
const test = require("node:test");
const page = path.join(__dirname, "..", "..", "..", "kanpo", "exchange", "phone", "page");
globalThis.crypto ??= require("node:crypto").webcrypto;
for (const name of ["dom.js", "strings.js", "ids.js", "values.js", "file.js", "database.js", "store.js", "photo.js", "state.js", "plan.js"]) require(path.join(page, name));
const { ids, values, file, photo, plan, state, strings, store } = globalThis.kanpo;

const HEIGHT = { key: "plant_height_cm", type: "number", minimum: 0, maximum: 400, categories: [] };
const NOTE = { key: "photo_note", type: "text", minimum: null, maximum: null, categories: [] };

test("ids are UUIDs of version 7, in order and never twice, whatever the clock does", () => {
  const made = [];
  for (let i = 0; i < 10_000; i++) made.push(ids.uuid7(1_700_000_000_000 - (i % 3)));
  for (const id of made) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.deepStrictEqual([...made].sort(), made);
  assert.strictEqual(new Set(made).size, made.length);
});

test("a moment says its offset", () => {
  assert.match(ids.momentOf(new Date(2026, 5, 1, 7, 5, 9, 4)), /^2026-06-01T07:05:09\.004[+-]\d\d:\d\d$/);
  assert.strictEqual(ids.dayOf(new Date(2026, 0, 2, 0, 0, 1)), "2026-01-02");
});

test("numbers as Japanese keyboards give them", () => {
  const of = (typed) => values.read(HEIGHT, typed);
  assert.deepStrictEqual(of("４５．５"), { state: "good", value: "45.5" });
  assert.deepStrictEqual(of(" 45。5 "), { state: "good", value: "45.5" });
  assert.deepStrictEqual(of("0"), { state: "good", value: "0" });
  assert.deepStrictEqual(of("1,200"), { state: "doubtful", value: "1200" });
  assert.deepStrictEqual(of("−3"), { state: "doubtful", value: "-3" });
  assert.deepStrictEqual(of(""), { state: "empty", value: "" });
  for (const wrong of ["4,5", "45cm", "1e3", "NaN", "--3", "4.5.6", "たくさん", "0x10"]) assert.strictEqual(of(wrong).state, "wrong", wrong);
  assert.deepStrictEqual(values.read(NOTE, " ﾊﾀﾞﾆ ①\n「多い」 "), { state: "good", value: "ﾊﾀﾞﾆ ①\n「多い」" });
});

test("of a chain of corrections the last stands", () => {
  const record = (id, supersedes, value) => ({ record_id: id, supersedes, value, plot_code: "A", trait: "t" });
  const found = values.standing([record("3", "2", "c"), record("1", undefined, "a"), record("2", "1", "b"), record("4", undefined, "d")]);
  assert.deepStrictEqual(found.get("A\nt").map((entry) => entry.value), ["c", "d"]);
});

test("the file is JSON with one record to a line, whatever is in a text", () => {
  const records = [{ record_id: "1", value: 'a"b\n\u2028],"photos":[' }, { record_id: "2", value: "𠮷" }];
  const text = file.text({ trial: "T" }, records, [{ record_id: "2", base64: "AA==" }]);
  const read = JSON.parse(text);
  assert.deepStrictEqual(read.records, records);
  assert.deepStrictEqual(read.end, { records: 2, photos: 1 });
  assert.strictEqual(text.trim().split("\n").length, 6);
  assert.ok(text.startsWith('{"kanpo":"phone"'));
  assert.strictEqual(file.name("当帰/26 ..\\x", "2026-06-01", "a1b2c3d4"), "当帰_26____x_2026-06-01_a1b2c3.kanpo.json");
});

function fakeStore(full = () => false) {
  const kept = { records: [], settings: {} };
  return {
    kept,
    records: async () => [...kept.records],
    photos: async () => [],
    settings: async () => ({ ...kept.settings }),
    set: async (key, value) => void (kept.settings[key] = value),
    setDraft: async (key, value) => void (kept.settings[key] = value),
    dropDrafts: async (keys) => keys.forEach((key) => delete kept.settings[key]),
    putRecord: async (decide, drafts = []) => {
      if (full()) throw new store.NoSpace("full");
      const made = decide(kept.records);
      if (made) kept.records = [...kept.records, made];
      for (const key of drafts) delete kept.settings[key];
      return made;
    },
  };
}
const PLOT = { code: "T-1", corners: [] };
const CONTENT = { trial: "T", plots: [PLOT], traits: [HEIGHT, NOTE], last: { "T-1\nplant_height_cm": { value: "31", day: "2026-05-01" } } };

test("a second value of a day corrects the first; the same value again is no record; another day is another record", async () => {
  const kept = fakeStore();
  let now = new Date(2026, 5, 1, 9);
  const made = await state.make(CONTENT, kept, () => now);
  await made.put(PLOT, HEIGHT, "40");
  await made.put(PLOT, HEIGHT, "40");
  const corrected = await made.put(PLOT, HEIGHT, "41");
  assert.strictEqual(kept.kept.records.length, 2);
  assert.strictEqual(corrected.supersedes, kept.kept.records[0].record_id);
  assert.ok(corrected.reason);
  assert.strictEqual(made.progressOf(PLOT), "all");
  assert.deepStrictEqual(made.lastOf(PLOT, HEIGHT), { value: "31", day: "2026-05-01" });
  now = new Date(2026, 5, 2, 9);
  assert.strictEqual(made.progressOf(PLOT), "none");
  assert.deepStrictEqual(made.lastOf(PLOT, HEIGHT), { value: "41", day: "2026-06-01" });
  assert.strictEqual((await made.put(PLOT, HEIGHT, "41")).supersedes, undefined);
});

test("a value that the store refuses is not held as recorded", async () => {
  let full = true;
  const made = await state.make(CONTENT, fakeStore(() => full));
  await assert.rejects(made.put(PLOT, HEIGHT, "40"), store.NoSpace);
  assert.deepStrictEqual(made.todayOf(PLOT, HEIGHT), []);
  full = false;
  await made.put(PLOT, HEIGHT, "40");
  assert.strictEqual(made.notHanded(), 1);
});

test("codes are shortened to what they differ in", () => {
  assert.deepStrictEqual(["TK26-101", "TK26-102"].map(plan.shortener(["TK26-101", "TK26-102"])), ["101", "102"]);
  assert.deepStrictEqual(["A"].map(plan.shortener(["A"])), ["A"]);
  assert.deepStrictEqual(["北1", "南2"].map(plan.shortener(["北1", "南2"])), ["北1", "南2"]);
});

/** A JPEG head with an EXIF position, in either byte order. */
function exif(little, south) {
  const view = new DataView(new ArrayBuffer(220));
  const base = 12;
  const u16 = (at, value) => view.setUint16(base + at, value, little);
  const u32 = (at, value) => view.setUint32(base + at, value, little);
  view.setUint16(0, 0xffd8);
  view.setUint16(2, 0xffe1);
  view.setUint16(4, 208);
  view.setUint32(6, 0x45786966);
  view.setUint16(base, little ? 0x4949 : 0x4d4d);
  u16(2, 42);
  u32(4, 8);
  u16(8, 1);
  const entry = (at, tag, type, count, value) => (u16(at, tag), u16(at + 2, type), u32(at + 4, count), u32(at + 8, value));
  entry(10, 0x8825, 4, 1, 26);
  u16(26, 4);
  entry(28, 1, 2, 2, 0);
  view.setUint8(base + 36, (south ? "S" : "N").charCodeAt(0));
  entry(40, 2, 5, 3, 100);
  entry(52, 3, 2, 2, 0);
  view.setUint8(base + 60, "E".charCodeAt(0));
  entry(64, 4, 5, 3, 124);
  [[38, 1], [43, 1], [1200, 100], [139, 1], [49, 1], [3600, 100]].forEach(([up, down], nth) => (u32(100 + 8 * nth, up), u32(104 + 8 * nth, down)));
  return view.buffer;
}

test("the position of a photo is read from either byte order, and nonsense has none", () => {
  for (const little of [true, false]) {
    const found = photo.positionOf(exif(little));
    assert.ok(Math.abs(found.latitude - (38 + 43 / 60 + 12 / 3600)) < 1e-9);
    assert.ok(Math.abs(found.longitude - (139 + 49 / 60 + 36 / 3600)) < 1e-9);
  }
  assert.ok(photo.positionOf(exif(true, true)).latitude < 0);
  for (const length of [0, 1, 3, 11, 40, 120]) assert.strictEqual(photo.positionOf(exif(true).slice(0, length)), null);
  assert.strictEqual(photo.positionOf(new ArrayBuffer(500)), null);
});

test("every text is there in both languages with the same gaps", () => {
  for (const [key, [ja, en]] of Object.entries(strings.TEXTS)) {
    const gaps = (text) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
    assert.deepStrictEqual(gaps(ja), gaps(en), key);
  }
});

const TOKYO = { ...CONTENT, zone: "Asia/Tokyo" };
const at = (text) => new Date(text);

test("a day is a day of the project's zone, and the moment says so, whatever the phone is set to", () => {
  const moment = at("2026-05-31T15:30:00.250Z");
  assert.strictEqual(ids.dayOf(moment, "Asia/Tokyo"), "2026-06-01");
  assert.strictEqual(ids.momentOf(moment, "Asia/Tokyo"), "2026-06-01T00:30:00.250+09:00");
  assert.strictEqual(ids.momentOf(moment, "America/St_Johns"), "2026-05-31T13:00:00.250-02:30");
  assert.strictEqual(Date.parse(ids.momentOf(moment, "Asia/Tokyo")), moment.getTime());
  assert.strictEqual(ids.momentOf(moment, "No/Such"), ids.momentOf(moment));
});

test("a record that was written in another zone counts on its day in the project's", async () => {
  const kept = fakeStore();
  kept.kept.records.push({ record_id: "1", happened_at: "2026-05-31T15:30:00Z", plot_code: "T-1", trait: HEIGHT.key, value: "40" });
  const made = await state.make(TOKYO, kept, () => at("2026-06-01T10:00:00+09:00"));
  assert.strictEqual(made.todayOf(PLOT, HEIGHT).length, 1);
});

test("a draft belongs to the day on which it was typed, and becomes a record of that day only", async () => {
  const kept = fakeStore();
  let now = at("2026-06-01T23:59:00+09:00");
  const made = await state.make(TOKYO, kept, () => now);
  await made.saveDraft(PLOT, HEIGHT, "9");
  await made.saveDraft(PLOT, HEIGHT, "95");
  assert.strictEqual(made.draftOf(PLOT, HEIGHT).text, "95");
  now = at("2026-06-02T00:01:00+09:00");
  assert.strictEqual(made.draftOf(PLOT, HEIGHT), null);
  const again = await state.make(TOKYO, kept, () => now);
  const [draft] = again.earlierDrafts(PLOT, HEIGHT);
  assert.deepStrictEqual([draft.text, draft.day], ["95", "2026-06-01"]);
  assert.deepStrictEqual(again.plotsWithDrafts(), [PLOT]);
  const record = await again.putDraft(PLOT, HEIGHT, draft, "95");
  assert.strictEqual(record.happened_at, "2026-06-01T23:59:00.000+09:00");
  assert.match(record.note, /2026-06-02T00:01/);
  assert.deepStrictEqual(again.todayOf(PLOT, HEIGHT), []);
  assert.deepStrictEqual(again.lastOf(PLOT, HEIGHT), { value: "95", day: "2026-06-01" });
  assert.deepStrictEqual(again.plotsWithDrafts(), []);
  assert.deepStrictEqual(Object.keys(kept.kept.settings).filter((key) => key.startsWith("draft/")), []);
});

test("a clock that is set back or forward moves no value to another day", async () => {
  const kept = fakeStore();
  let now = at("2026-06-02T09:00:00+09:00");
  const made = await state.make(TOKYO, kept, () => now);
  await made.put(PLOT, HEIGHT, "40");
  await made.saveDraft(PLOT, HEIGHT, "41");
  now = at("2026-06-01T09:00:00+09:00");
  assert.deepStrictEqual([made.todayOf(PLOT, HEIGHT), made.draftOf(PLOT, HEIGHT)], [[], null]);
  assert.strictEqual(made.earlierDrafts(PLOT, HEIGHT)[0].day, "2026-06-02");
  assert.strictEqual((await made.put(PLOT, HEIGHT, "40")).supersedes, undefined);
  assert.deepStrictEqual(kept.kept.records.map((record) => record.happened_at.slice(0, 10)), ["2026-06-02", "2026-06-01"]);
  assert.strictEqual(made.notHanded(), 2);
});

test("two tabs give one standing record of a plot, trait and day", async () => {
  const kept = fakeStore();
  const clock = () => at("2026-06-01T09:00:00+09:00");
  const one = await state.make(TOKYO, kept, clock);
  const other = await state.make(TOKYO, kept, clock);
  const [first, second, third] = [await one.put(PLOT, HEIGHT, "40"), await other.put(PLOT, HEIGHT, "41"), await one.put(PLOT, HEIGHT, "41")];
  assert.strictEqual(second.supersedes, first.record_id);
  assert.strictEqual(third.record_id, second.record_id);
  assert.strictEqual(values.standing(kept.kept.records).get("T-1\nplant_height_cm").length, 1);
});

test("a draft that cannot be kept lives as long as the page", async () => {
  const kept = fakeStore();
  kept.setDraft = async () => {
    throw new store.NoSpace("full");
  };
  const made = await state.make(TOKYO, kept, () => at("2026-06-01T09:00:00+09:00"));
  await assert.rejects(made.saveDraft(PLOT, HEIGHT, "41"), store.NoSpace);
  await made.reload();
  assert.strictEqual(made.draftOf(PLOT, HEIGHT).text, "41");
});
