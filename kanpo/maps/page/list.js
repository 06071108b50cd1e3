/* The ranked list: a page of rows at a time, sorted by score or area. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const STEP = 200;
  const QUICK = 24;
  const BINS = 1024;

  /* Sorting goes by one whole number per row, value before place, which engines sort without calling back. */
  const AREA_DECIMALS = 10;
  const SCORE_DECIMALS = 1e9;

  /** Rows by falling value, unknown last; `placeOf` breaks ties and `rowAt` undoes it. */
  function falling(rows, values, decimals, placeOf, rowAt, n) {
    const keys = Float64Array.from(rows, (row) => {
      const value = values[row];
      return -Math.round((value === value ? value : -1) * decimals) * n + placeOf(row);
    });
    keys.sort();
    return Int32Array.from(keys, (key) => rowAt(((key % n) + n) % n));
  }

  /** All rows from the largest area to the smallest. */
  function byArea(areas, n) {
    const same = (row) => row;
    return falling(Int32Array.from({ length: n }, (_, row) => row), areas, AREA_DECIMALS, same, same, n);
  }

  /** `rows` from the best score to the worst, the larger area first among equals. */
  function byScore(rows, scores, largest, places) {
    return falling(rows, scores, SCORE_DECIMALS, (row) => places[row], (place) => largest[place], largest.length);
  }

  /** The best `k` rows or a few more, in the order of `byScore`, without sorting the rest. */
  function best(rows, scores, largest, places, k) {
    if (rows.length <= 2 * k) return byScore(rows, scores, largest, places);
    const bins = new Uint32Array(BINS + 2);
    const bin = (row) => (scores[row] === scores[row] ? 1 + Math.floor(scores[row] * BINS) : 0);
    for (const row of rows) bins[bin(row)]++;
    let least = BINS + 1;
    for (let n = bins[least]; n < k && least > 0; n += bins[least]) least--;
    return byScore(rows.filter((row) => bin(row) >= least), scores, largest, places);
  }

  /** A list over `app`: its scores, areas, `nameOf`, `choose`. */
  function create(app) {
    const { make, byId } = kanpo.dom;
    const { say, number } = kanpo.strings;
    const body = byId("kanpo-list");
    const more = byId("kanpo-more");
    let listed = new Int32Array(0);
    let order = listed;
    let ranks = null;
    let capped = STEP;

    const largest = byArea(app.areas, app.data.n);
    const places = new Int32Array(app.data.n);
    largest.forEach((row, place) => (places[row] = place));

    /** Show the rows of an Int32Array; only the first of them while something is being dragged. */
    function update(rows, quick) {
      listed = rows;
      capped = quick ? QUICK : STEP;
      sort();
      head();
      fill();
    }

    function sort() {
      if (app.sort === "area") {
        ranks = rankOf(all());
        order = largest.filter((row) => ranks[row]);
      } else {
        ranks = null;
        order = best(listed, app.result.score, largest, places, capped);
      }
    }

    /** All rows of the list, the best first. */
    function all() {
      return byScore(listed, app.result.score, largest, places);
    }

    function rankOf(rows) {
      const out = new Uint32Array(app.data.n);
      for (let nth = 0; nth < rows.length; nth++) out[rows[nth]] = nth + 1;
      return out;
    }

    function head() {
      const sorter = (key, label) => {
        const active = app.sort === key;
        return make("th", { scope: "col", class: `kanpo-col-${key}`, "aria-sort": active ? "descending" : "none" },
          make("button", { type: "button", on: { click: () => app.sortBy(key) } }, say(label), make("span", { "aria-hidden": "true", class: active ? "" : "kanpo-quiet", text: " ▼" })));
      };
      byId("kanpo-list-head").replaceChildren(make("tr", null,
        make("th", { scope: "col", class: "kanpo-col-rank", text: say("rank") }),
        make("th", { scope: "col", text: say("parcel") }),
        sorter("score", "score"),
        make("th", { scope: "col", text: say("klass") }),
        sorter("area", "area")));
    }

    function fill() {
      body.replaceChildren(...Array.from(order.subarray(0, capped), row));
      if (!order.length) {
        const text = say(app.data.n ? "none" : "noParcels");
        body.append(make("tr", null, make("td", { colspan: "5", class: "kanpo-empty", text })));
      }
      const left = listed.length - capped;
      more.hidden = left <= 0;
      more.textContent = say("more", { n: number(Math.min(left, STEP), 0) });
    }

    function row(i, nth) {
      const { score, area } = kanpo.strings;
      const { result } = app;
      const klass = result.classes[i];
      const known = result.score[i] === result.score[i];
      return make("tr", {
        class: i === app.selected ? "kanpo-row kanpo-chosen" : "kanpo-row",
        "data-row": String(i),
        on: { click: () => app.choose(i, { fly: true }) },
      },
        make("td", { class: "kanpo-col-rank", text: String(ranks ? ranks[i] : nth + 1) }),
        make("td", { class: "kanpo-name" }, make("button", { type: "button" }, kanpo.dom.given(app.nameOf(i)))),
        make("td", { class: "kanpo-col-score" },
          make("span", { class: "kanpo-score", text: score(result.score[i]) }),
          known ? interval(result.lower[i], result.upper[i], result.score[i], klass) : null),
        make("td", { class: "kanpo-col-class" }, chip(klass, result.upper[i] - result.lower[i])),
        make("td", { class: "kanpo-col-area", text: area(app.areas[i]) }));
    }

    more.addEventListener("click", () => {
      capped += STEP;
      sort();
      fill();
    });

    body.addEventListener("keydown", (event) => {
      const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
      const line = step && event.target.closest("tr")[step];
      if (!line) return;
      event.preventDefault();
      line.querySelector("button").focus();
    });

    function mark() {
      for (const line of body.children) line.classList.toggle("kanpo-chosen", Number(line.dataset.row) === app.selected);
    }

    /** The best rows of the list by other scores. */
    function bestOf(scores, k) {
      return best(listed, scores, largest, places, k).slice(0, k);
    }

    return { update, mark, all, bestOf, first: () => (order.length ? order[0] : -1) };
  }

  /** A class as a coloured chip with its letters, pale where the range is wide, as on the map. */
  function chip(klass, width) {
    const { fills, pales, inks, lines, UNCERTAIN } = kanpo.style;
    const uncertain = klass > 0 && width > UNCERTAIN;
    return kanpo.dom.make("span", {
      class: uncertain ? "kanpo-chip kanpo-chip-uncertain" : "kanpo-chip",
      style: { background: (uncertain ? pales : fills)[klass], color: uncertain ? "#1d2924" : inks[klass], borderColor: lines[klass] },
      title: kanpo.strings.say("class" + klass),
      text: kanpo.kernel.CLASSES[klass],
    });
  }

  /** The range of a score as a short bar from 0 to 1. */
  function interval(lower, upper, score, klass) {
    const { make } = kanpo.dom;
    const text = kanpo.strings.say("interval", { lower: lower.toFixed(2), upper: upper.toFixed(2) });
    const percent = (x) => `${(100 * x).toFixed(1)}%`;
    return make("span", { class: "kanpo-interval", role: "img", "aria-label": text, title: text },
      make("span", { class: "kanpo-interval-range", style: { left: percent(lower), width: percent(upper - lower), background: kanpo.style.pales[klass], borderColor: kanpo.style.lines[klass] } }),
      make("span", { class: "kanpo-interval-score", style: { left: percent(score), background: kanpo.style.lines[klass] } }));
  }

  kanpo.list = { create, chip, interval, byArea, byScore, best };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
