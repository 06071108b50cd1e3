/* Blocks (団地): parcels that lie together, listed with area and score, and rims around them on the map. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const LISTED = 50;
  const LEAST_M2 = 5000;
  const EQUATOR_M = 40_075_016.686;

  /* Share of a block's area that may be less sure than the block is said to be, and what counts as equal. */
  const LEFT_OPEN = 0.1;
  const EQUAL = 1e-9;
  const NUMBERS = 5;

  /**
   * Area, numbers, range of classes and certainty of each block, by the definition of `kanpo blocks`: means weighted
   * by area, judged as a parcel is; never surer than nine tenths of its area. `suitable` is the area of parcels
   * that surely are S1 or S2, `maybe` of others that may be, `sure` of those whose class is certain.
   */
  function measure(blockOf, count, areas, result, bounds) {
    const { numbers, potential, excluded, known, kinds, reference, least, upper } = result;
    const empty = () => new Float64Array(count);
    const out = { area: empty(), parcels: empty(), suitable: empty(), maybe: empty(), sure: empty(), numbers: numbers.map(empty) };
    const mended = numbers.map(empty);
    const [whole, decided, share] = [empty(), empty(), empty()];
    const open = [1, 2, 3].map(empty);
    for (let i = 0; i < blockOf.length; i++) {
      const block = blockOf[i];
      if (block !== block) continue;
      const area = areas[i] === areas[i] ? areas[i] : 0;
      // A parcel without area still counts a little: its block must not be without a score.
      const weight = Math.max(area, 1e-6);
      out.area[block] += area;
      out.parcels[block]++;
      whole[block] += weight;
      for (let k = 0; k < NUMBERS; k++) {
        out.numbers[k][block] += weight * numbers[k][i];
        mended[k][block] += weight * potential[k][i];
      }
      decided[block] += weight * excluded[i];
      share[block] += weight * known[i];
      for (const kind of [1, 2, 3]) if (kinds[i] >= kind) open[kind - 1][block] += weight;
      const suits = least[i] >= bounds[1] && !reference;
      if (suits) out.suitable[block] += area;
      else if (upper[i] >= bounds[1]) out.maybe[block] += area;
      if (kinds[i] < 2) out.sure[block] += area;
    }
    for (const sums of [...out.numbers, decided, share, ...open]) for (let block = 0; block < count; block++) sums[block] /= whole[block];
    const [, lower, score, above] = out.numbers;
    return { ...out, lower, score, upper: above, ...judged(out.numbers, mended, decided, share, open, bounds) };
  }

  /** Class codes of both ends of each block's range, and how sure it is. */
  function judged(numbers, mended, decided, share, open, bounds) {
    const count = share.length;
    const out = { classes: new Uint8Array(count), best: new Uint8Array(count), kinds: new Uint8Array(count) };
    for (let block = 0; block < count; block++) {
      const [least, low, , high, most] = numbers.map((number, k) => kanpo.verdict.classOf(number[block], bounds, mended[k][block] === 0));
      let kind = share[block] >= kanpo.verdict.KNOWN_ENOUGH - 1e-12 ? 2 : 3;
      if (low === high && share[block] > 0) kind = least === most ? 0 : 1;
      if (decided[block] >= 1 - EQUAL) kind = 0;
      for (const less of [1, 2, 3]) if (open[less - 1][block] > LEFT_OPEN + EQUAL) kind = Math.max(kind, less);
      out.classes[block] = low;
      out.best[block] = high;
      out.kinds[block] = kind;
    }
    return out;
  }

  /** Blocks of at least so large an area: those with a range of classes, the best score, then lower bound, then area first. */
  function ranked(found, least) {
    const shown = (block) => (found.kinds[block] < 3 ? 1 : 0);
    return Array.from(found.area.keys()).filter((block) => found.area[block] >= least)
      .sort((one, other) => shown(other) - shown(one) || found.score[other] - found.score[one] || found.lower[other] - found.lower[one] || found.area[other] - found.area[one]);
  }

  /** A block as a chip and a bar show it. */
  function sideOf({ classes, best, kinds, score, lower, upper, numbers }, block) {
    const [klass, kind] = [classes[block], kinds[block]];
    const shown = kind < 3;
    return { klass, best: best[block], kind, shown, code: shown ? klass + 8 * kind : 0, score: score[block], lower: lower[block], upper: upper[block], least: numbers[0][block], most: numbers[4][block] };
  }

  function create(app) {
    const { make, given, byId } = kanpo.dom;
    const column = app.data.blocks;
    let rims = false;
    let found = null;

    function render() {
      const { say, number, score } = kanpo.strings;
      byId("kanpo-tab-blocks").hidden = !column;
      if (!column || byId("kanpo-blocks").hidden) return;
      found = measure(column.of, column.count, app.areas, app.result, app.data.meta.bounds);
      const rows = ranked(found, LEAST_M2).slice(0, LISTED);
      byId("kanpo-blocks").replaceChildren(
        make("label", { class: "kanpo-check" }, make("input", { type: "checkbox", id: "kanpo-rims", checked: rims, on: { change: (event) => show(event.target.checked) } }), say("rims")),
        make("p", { class: "kanpo-small", text: say("blocksNote", { gap: number(column.gap_m, 0), area: number(LEAST_M2 / 10000, 1), n: rows.length }) }),
        make("table", { class: "kanpo-table" },
          make("thead", null, make("tr", null, ...["rank", "block", "score", "klass", "area"].map((key) => make("th", { scope: "col", class: `kanpo-col-${key}`, text: say(key) })))),
          make("tbody", null, ...rows.map((block, nth) => {
            const side = sideOf(found, block);
            return make("tr", { class: "kanpo-row", on: { click: () => fly(block) } },
              make("td", { class: "kanpo-col-rank", text: String(nth + 1) }),
              make("td", { class: "kanpo-name" }, make("button", { type: "button" }, given(nameOf(block)), ` ${say("parcelsOf", { n: number(found.parcels[block], 0) })}`), make("small", { class: "kanpo-why", text: kanpo.list.kindText(side) })),
              make("td", { class: "kanpo-col-score" }, make("span", { class: "kanpo-score", text: score(found.score[block]) }),
                kanpo.list.interval(side)),
              make("td", { class: "kanpo-col-class" }, kanpo.list.chip(side)),
              make("td", { class: "kanpo-col-area", text: `${number(found.area[block] / 10000, 2)} ha` }));
          }))));
      if (!rows.length) byId("kanpo-blocks").append(make("p", { class: "kanpo-empty", text: say("noBlocks") }));
    }

    const members = (block) => {
      const rows = [];
      for (let i = 0; i < app.data.n; i++) if (column.of[i] === block) rows.push(i);
      return rows;
    };

    /** A block goes by the settlement of most of its parcels. */
    function nameOf(block) {
      const counts = new Map();
      for (const row of members(block)) counts.set(app.text("settlement", row), (counts.get(app.text("settlement", row)) || 0) + 1);
      const [best] = [...counts].sort((one, other) => other[1] - one[1]);
      return best[0] || kanpo.strings.say("block");
    }

    /** The id that `kanpo blocks` gives: B- and the smallest of its parcels' ids. */
    function idOf(row) {
      if (!column || column.of[row] !== column.of[row]) return "";
      const ids = members(column.of[row]).map((one) => app.text("parcel_id", one));
      return `B-${ids.reduce((least, id) => (id < least ? id : least))}`;
    }

    function fly(block) {
      show(true);
      app.sheet(false);
      app.fit(members(block));
    }

    function show(on) {
      rims = Boolean(on && column);
      if (byId("kanpo-rims")) byId("kanpo-rims").checked = rims;
      app.layer.setBlocks(rims ? drawn() : null);
      app.remember();
    }

    /** Rims around blocks that are large enough; the gap as the outlines measure it. */
    function drawn() {
      const sizes = measure(column.of, column.count, app.areas, app.result, app.data.meta.bounds);
      const out = new Uint8Array(app.data.n);
      for (let i = 0; i < out.length; i++) out[i] = sizes.parcels[column.of[i]] > 1 && sizes.area[column.of[i]] >= LEAST_M2 ? 1 : 0;
      const [latitude] = [app.map.getCenter().lat];
      return { drawn: out, gap: column.gap_m / (EQUATOR_M * Math.cos((latitude * Math.PI) / 180)) };
    }

    return { render, show, shown: () => rims, idOf };
  }

  kanpo.blocks = { create, measure, ranked };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
