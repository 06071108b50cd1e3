/* Workability: what a parcel's place takes in yen and hours per 10a, from the tables that the page carries. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  /* More yen than any parcel takes: what is open comes after. */
  const OPEN = 1e8;

  /** From the least to the most, "or more" where the most is open (NaN), as `kanpo explain` writes it. */
  function range(low, high, unit) {
    const { say, number } = kanpo.strings;
    const write = (value) => (unit === "yen" || value >= 100 ? number(value, 0) : number(Number(value.toPrecision(3)), 3));
    if (high !== high) return low > 0 ? say(`orMore:${unit}`, { low: write(low) }) : say(`open:${unit}`);
    return write(low) === write(high) ? say(`amount:${unit}`, { low: write(low) }) : say(`between:${unit}`, { low: write(low), high: write(high) });
  }

  /** Yen in the list: tens of thousands, short. */
  function brief({ yen_low: low, yen_high: high }) {
    const { number, say } = kanpo.strings;
    const write = (value) => number(value / 10000, value < 100000 ? 1 : 0);
    if (high !== high) return low > 0 ? say("briefOpen", { low: write(low) }) : say("briefUnknown");
    return write(low) === write(high) ? write(low) : say("brief", { low: write(low), high: write(high) });
  }

  /** What a table has of a row; null for nothing. */
  function at(table, row) {
    const place = table ? table.codes[row] : NaN;
    if (place !== place) return null;
    const listed = (of) => (of(place) || "").split(";").filter(Boolean);
    const { yen_low, yen_high, hours_low, hours_high, works, asked, unknown } = table;
    return {
      yen_low: yen_low[place], yen_high: yen_high[place], hours_low: hours_low[place], hours_high: hours_high[place],
      works: listed(works), asked: listed(asked), unknown: listed(unknown),
    };
  }

  /** Whole numbers that put rows in the order of their yen: by the middle, what is open behind by its least, what is not known last. */
  function keys({ codes, yen_low, yen_high }) {
    const byPlace = Float64Array.from(yen_low, (low, place) => Math.round(yen_high[place] === yen_high[place] ? (low + yen_high[place]) / 2 : OPEN + low));
    return Float64Array.from(codes, (place) => (place === place ? byPlace[place] : 3 * OPEN));
  }

  /** The section of a card. */
  function part(app, row) {
    const { make } = kanpo.dom;
    const { say, pick } = kanpo.strings;
    const line = (...children) => make("p", { class: "kanpo-cost-line" }, ...children);
    const names = (list) => list.map((key) => pick(app.data.costs.labels[key] || key)).join(say("comma"));
    const section = (...children) => make("section", { class: "kanpo-part", id: "kanpo-costs" }, make("h3", { text: say("costs") }), ...children);
    const found = at(app.data.costs.of(app.herb.id), row);
    if (!found) return section(make("p", { class: "kanpo-small", text: say("costsNone") }));
    return section(
      line(make("b", { class: "kanpo-given", text: range(found.yen_low, found.yen_high, "yen") }), say("separator"), make("b", { text: range(found.hours_low, found.hours_high, "hours") }), ` ${say("per10a")}`),
      found.works.length ? line(say("costsWorks", { list: names(found.works) })) : null,
      found.asked.length ? line(say("costsAsked", { list: names(found.asked) })) : null,
      found.unknown.length ? line(say("costsUnknown", { list: names(found.unknown) })) : null,
      app.text("devastation_class", row) === "B" ? line(say("costsNotWorth")) : null,
      app.changes.count(app.herb) ? line(say("costsChanged")) : null,
      make("p", { class: "kanpo-small", text: say("costsNote") }));
  }

  kanpo.costs = { at, keys, range, brief, part };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
