/* What a herb's parcels add up to: one sentence on top, and the legend, where a press hides a class. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const ORDER = [1, 2, 3, 4, 5, 0];
  const KINDS = [0, 8, 16];
  /* Parcels that tell what to get next, and how many factors are named. */
  const SAMPLE = 300;
  const NAMED = 3;

  /* A small parcel alone is not 0 ha. */
  const hectares = (area) => `${kanpo.strings.number(area / 10000, area < 1000 ? 2 : 1)}\u00a0ha`;

  /** Surely suitable, suitable by the catalogue, open, unknown, not suitable: area and count of each that there is. */
  function sentence(key, shares) {
    const { say, number } = kanpo.strings;
    const sums = kanpo.verdict.summed(shares);
    const always = ["sure", "measuring", "unknown"];
    const parts = Object.entries(sums).filter(([name, { n }]) => n || always.includes(name))
      .map(([name, { n, area }]) => say(`sum:${name}`, { area: hectares(area), n: number(n, 0) }));
    return say(key, { list: parts.join(say("comma")) });
  }

  /** The sentence on top, as the land lies and after works (null while something is dragged), and what makes it weak. */
  function summary(place, app, now, after) {
    const { make } = kanpo.dom;
    const { say, short, number } = kanpo.strings;
    const lines = [make("p", null, make("b", { text: sentence("summaryNow", now) })), make("p", { text: after ? sentence("summaryAfter", after) : say("summaryWait") })];
    if (app.result.reference) lines.push(make("p", { class: "kanpo-caution", text: say("reference") }));
    const { n, meta } = app.data;
    if (meta.whole > n) lines.push(make("p", { class: "kanpo-caution", id: "kanpo-part-of", text: say("partOf", { n: number(n, 0), whole: number(meta.whole, 0) }) }));
    if (!app.result.tellsApart && n > 1) {
      const list = wanting(app).map(({ label, cost }) => short(label) + (`cost:${cost}` in kanpo.strings.words ? `(${say(`cost:${cost}`)})` : "")).join(say("comma"));
      lines.push(make("p", { class: "kanpo-caution", id: "kanpo-not-apart", text: say(app.result.differs ? "notApart" : "notApartEqual") + (list ? say("getNext", { list }) : "") }));
    }
    place.replaceChildren(...lines);
  }

  /** The factors that would decide most parcels, by a sample of them. */
  function wanting({ result, data }) {
    const counts = new Map();
    const step = Math.max(1, Math.floor(data.n / SAMPLE));
    for (let row = 0; row < data.n; row += step) {
      const factor = result.deciding(row);
      if (factor >= 0) counts.set(factor, (counts.get(factor) || 0) + 1);
    }
    return [...counts].sort((one, other) => other[1] - one[1]).slice(0, NAMED).map(([factor]) => data.factors[factor]);
  }

  function render(place, { count, area }, reference, hidden, toggle) {
    const { make } = kanpo.dom;
    const { say, number } = kanpo.strings;
    const { tone, lines } = kanpo.style;
    const focused = document.activeElement && document.activeElement.dataset.klass;
    const kinds = reference ? [kanpo.verdict.REFERENCE] : KINDS;
    // What measuring may change is no area of a class.
    const settled = (code) => reference || code >> 3 < 2;
    const coded = (klass) => (klass ? kinds.map((kind) => klass + kind) : [0]);
    const bar = make("div", { class: "kanpo-shares", "aria-hidden": "true" },
      ...ORDER.flatMap(coded).filter((code) => count[code]).map((code) =>
        make("span", { style: { flexGrow: count[code], background: tone(code) } })));
    const heads = reference ? [null, null, ["mutes", "kind:reference", "legendReference"]] : [["fills", "kind:0", "legendSure"], ["pales", "kind:1", "legendCatalogue"], ["hatched", "kind:2", "legendMeasuring"]];
    const swatch = (tones) => make("span", { class: `kanpo-swatch kanpo-swatch-${tones}`, style: tones === "hatched" ? {} : { background: kanpo.style[tones][1] } });
    const head = make("div", { class: "kanpo-class kanpo-class-head" }, make("span"), make("span", { text: say("klass") }),
      ...heads.map((one) => make("span", { class: "kanpo-class-share", title: one && say(one[2]) }, ...(one ? [swatch(one[0]), say(one[1])] : []))),
      make("span", { class: "kanpo-class-share", text: say("area") }));
    const items = ORDER.map((klass) => {
      const codes = coded(klass);
      const cells = klass && !reference ? codes : ["", "", codes[0]];
      return make("button", { type: "button", class: "kanpo-class", "aria-pressed": String(!hidden.has(klass)), "data-klass": String(klass), title: say("shareHint"), on: { click: () => toggle(klass) } },
        make("span", { class: "kanpo-swatch", style: { background: tone(codes[0]), borderColor: lines[klass] } }),
        make("span", { class: "kanpo-class-name" }, make("b", { text: kanpo.verdict.CLASSES[klass] }), ` ${say("class" + klass)}`),
        ...cells.map((code) => make("span", { class: "kanpo-class-share", text: code === "" ? "" : number(count[code], 0) })),
        make("span", { class: "kanpo-class-share", text: hectares(codes.filter(settled).reduce((sum, code) => sum + area[code], 0)) }));
    });
    place.replaceChildren(bar, make("div", { class: "kanpo-classes" }, head, ...items));
    if (focused) place.querySelector(`[data-klass="${Number(focused)}"]`).focus();
  }

  kanpo.legend = { render, summary };
})(globalThis);
