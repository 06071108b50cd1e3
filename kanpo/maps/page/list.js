/* The ranked list: a page of rows at a time, sorted by score, by what the place takes, or by area. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const STEP = 200;
  const QUICK = 24;

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

    const { byArea, byCost, placesIn, byScore, best, shared } = kanpo.order;
    const byLargest = byArea(app.areas, app.data.n);
    const { any: priced } = app.data.costs;
    let tied = { herb: null };

    /** The order of equals: what takes less first, then the larger one. */
    function ties() {
      if (tied.herb === app.herb.id) return tied;
      const table = app.data.costs.of(app.herb.id);
      const largest = table ? byCost(kanpo.costs.keys(table), byLargest, placesIn(byLargest)) : byLargest;
      return (tied = { herb: app.herb.id, largest, places: placesIn(largest) });
    }

    /** Show the rows of an Int32Array; only the first of them while something is being dragged. */
    function update(rows, quick) {
      listed = rows;
      capped = quick ? QUICK : STEP;
      sort();
      head();
      fill();
    }

    function sort() {
      const { largest, places } = ties();
      if (app.sort !== "score") {
        const best = all();
        const groups = shared(best, app.result, best.length);
        ranks = new Map();
        best.forEach((row, nth) => ranks.set(row, groups[nth]));
        order = (app.sort === "cost" ? largest : byLargest).filter((row) => ranks.has(row));
        return;
      }
      order = best(listed, app.result, largest, places, capped);
      ranks = new Map(shared(order, app.result, capped).map((group, nth) => [order[nth], group]));
    }

    /** All rows of the list, the best first. */
    function all() {
      return byScore(listed, app.result, ties().largest, ties().places);
    }

    /** The rank of each row of `all()`. */
    function ranksOf(rows) {
      return shared(rows, app.result, rows.length).map(([start]) => start + 1);
    }

    function head() {
      const sorter = (key, label) => {
        const active = app.sort === key;
        const rising = key === "cost";
        return make("th", { scope: "col", class: `kanpo-col-${key}`, title: rising ? say("costHint") : null, "aria-sort": active ? (rising ? "ascending" : "descending") : "none" },
          make("button", { type: "button", on: { click: () => app.sortBy(key) } }, say(label), make("span", { "aria-hidden": "true", class: active ? "" : "kanpo-quiet", text: rising ? " ▲" : " ▼" })));
      };
      const some = listed.length < app.data.n;
      body.parentElement.classList.toggle("kanpo-priced", priced);
      byId("kanpo-list-head").replaceChildren(make("tr", null,
        make("th", { scope: "col", class: "kanpo-col-rank", title: some ? say("rankAmong", { n: number(listed.length, 0) }) : null, text: say("rank") }),
        make("th", { scope: "col", text: say("parcel") }),
        sorter("score", "score"),
        make("th", { scope: "col", class: "kanpo-col-class", text: say("klass") }),
        priced ? sorter("cost", "costColumn") : null,
        sorter("area", "area")));
    }

    function fill() {
      body.replaceChildren(...Array.from(order.subarray(0, capped), row));
      if (!order.length) {
        const text = say(app.data.n ? "none" : "noParcels");
        body.append(make("tr", null, make("td", { colspan: priced ? "6" : "5", class: "kanpo-empty", text })));
      }
      const left = listed.length - capped;
      more.hidden = left <= 0;
      more.textContent = say("more", { n: number(Math.min(left, STEP), 0) });
    }

    function row(i, nth) {
      const { score, area } = kanpo.strings;
      const side = kanpo.verdict.at(app.result, i);
      const [start, equals] = ranks.get(i);
      return make("tr", {
        class: i === app.selected ? "kanpo-row kanpo-chosen" : "kanpo-row",
        "data-row": String(i),
        on: { click: () => app.choose(i, { fly: true }) },
      },
        make("td", { class: "kanpo-col-rank" }, make("span", { text: String(start + 1) }), equals > 1 && (start === nth || app.sort !== "score") ? make("small", { text: say("equals", { n: number(equals, 0) }) }) : null),
        make("td", { class: "kanpo-name" }, make("button", { type: "button" }, kanpo.dom.given(app.nameOf(i))), make("small", { class: "kanpo-why", text: why(side) })),
        make("td", { class: "kanpo-col-score" },
          make("span", { class: "kanpo-score", text: score(side.score) }),
          interval(side)),
        make("td", { class: "kanpo-col-class" }, chip(side)),
        priced ? make("td", { class: "kanpo-col-cost", text: cost(i) }) : null,
        make("td", { class: "kanpo-col-area", text: area(app.areas[i]) }));
    }

    function cost(i) {
      const found = kanpo.costs.at(app.data.costs.of(app.herb.id), i);
      return found ? kanpo.costs.brief(found) : "–";
    }

    /** How sure the class is, and by which factor it would be decided, or what limits it. */
    function why(side) {
      const name = (place) => kanpo.strings.short(app.data.factors[place].label);
      const parts = [kindText(side)];
      if (side.kind >= kanpo.verdict.BY_MEASURING && side.deciding >= 0) parts.push(say("decidedBy", { factor: name(side.deciding) }));
      else if (side.limiting >= 0) parts.push(say("limitedShort", { factor: name(side.limiting) }));
      return parts.join(say("separator"));
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

    /** The best rows of the list by another result. */
    function bestOf(result, k) {
      return best(listed, result, ties().largest, ties().places, k).slice(0, k);
    }

    return { update, mark, all, ranksOf, bestOf, first: () => (order.length ? order[0] : -1) };
  }

  /** A class, or the range of classes, in letters: never that of the point alone; in brackets for reference. */
  function rangeText({ shown, klass, best, reference }) {
    const { CLASSES } = kanpo.verdict;
    if (!shown) return "?";
    const text = klass === best ? CLASSES[klass] : `${CLASSES[klass]}〜${CLASSES[best]}`;
    return reference ? `(${text})` : text;
  }

  /** How sure it is, in words. */
  function kindText({ kind, shown, reference }) {
    return kanpo.strings.say(reference && shown ? "kind:reference" : `kind:${kind}`);
  }

  /** A class or range of classes as a coloured chip with its letters, in the colour that it has on the map. */
  function chip(side) {
    const { tone, ink, hatched, lines } = kanpo.style;
    const { code } = side;
    return kanpo.dom.make("span", {
      class: hatched(code) ? "kanpo-chip kanpo-chip-uncertain" : "kanpo-chip",
      style: { background: tone(code), color: ink(code), borderColor: lines[code & 7] },
      title: `${kindText(side)}: ${kanpo.strings.say("class" + (code & 7))}`,
      text: rangeText(side),
    });
  }

  /** The five numbers as a short bar from 0 to 1: thin what the catalogue leaves open, thick what is not known of the parcel. */
  function interval({ lower, upper, score, least, most, code }) {
    const { make } = kanpo.dom;
    const text = kanpo.strings.say("interval", { lower: lower.toFixed(2), upper: upper.toFixed(2) });
    const percent = (x) => `${(100 * x).toFixed(1)}%`;
    const colour = kanpo.style.lines[code & 7];
    return make("span", { class: "kanpo-interval", role: "img", "aria-label": text, title: text },
      least === undefined ? null : make("span", { class: "kanpo-interval-outer", style: { left: percent(least), width: percent(most - least), background: colour } }),
      make("span", { class: "kanpo-interval-range", style: { left: percent(lower), width: percent(upper - lower), background: kanpo.style.tone(code), borderColor: colour } }),
      make("span", { class: "kanpo-interval-score", style: { left: percent(score), background: colour } }));
  }

  kanpo.list = { create, chip, interval, rangeText, kindText };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
