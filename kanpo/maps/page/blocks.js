/* Blocks (団地): parcels that lie together, listed with area and score, and rims around them on the map. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const LISTED = 50;
  const LEAST_M2 = 5000;
  const EQUATOR_M = 40_075_016.686;

  /**
   * Area, score and bounds of each block, by the definition of `kanpo blocks`: means weighted by area;
   * the score is kept between the bounds; `suitable` is the area of parcels whose score is that of S1 or S2.
   */
  function measure(blockOf, count, areas, { score, lower, upper }, bounds) {
    const empty = () => new Float64Array(count);
    const out = { area: empty(), parcels: empty(), score: empty(), lower: empty(), upper: empty(), suitable: empty(), least: new Int32Array(count).fill(-1) };
    const whole = empty();
    for (let i = 0; i < blockOf.length; i++) {
      const block = blockOf[i];
      if (block !== block) continue;
      const area = areas[i] === areas[i] ? areas[i] : 0;
      const weight = Math.max(area, 1e-6);
      out.area[block] += area;
      out.parcels[block]++;
      whole[block] += weight;
      out.lower[block] += weight * lower[i];
      out.upper[block] += weight * upper[i];
      if (score[i] >= bounds[1]) out.suitable[block] += area;
      out.score[block] += weight * score[i];
    }
    for (let block = 0; block < count; block++) {
      out.lower[block] /= whole[block];
      out.upper[block] /= whole[block];
      const mean = out.score[block] / whole[block];
      out.score[block] = mean === mean ? Math.min(Math.max(mean, out.lower[block]), out.upper[block]) : NaN;
    }
    return out;
  }

  /** Blocks of at least so large an area, the best score, then lower bound, then area first. */
  function ranked(found, least) {
    const at = (values, block) => (values[block] === values[block] ? values[block] : -1);
    return Array.from(found.area.keys()).filter((block) => found.area[block] >= least)
      .sort((one, other) => at(found.score, other) - at(found.score, one) || found.lower[other] - found.lower[one] || found.area[other] - found.area[one]);
  }

  /** A block as a chip and a bar show it: the range of classes between its bounds. */
  function sideOf({ score, lower, upper }, block, bounds) {
    const { classOf, BY_CATALOGUE, BY_MEASURING } = kanpo.verdict;
    const [klass, best] = [lower, upper].map((ends) => classOf(ends[block], bounds, ends[block] === 0));
    const kind = klass === best ? BY_CATALOGUE : BY_MEASURING;
    return { klass, best, kind, shown: true, code: klass + 8 * kind, score: score[block], lower: lower[block], upper: upper[block] };
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
      const bounds = app.data.meta.bounds;
      byId("kanpo-blocks").replaceChildren(
        make("label", { class: "kanpo-check" }, make("input", { type: "checkbox", id: "kanpo-rims", checked: rims, on: { change: (event) => show(event.target.checked) } }), say("rims")),
        make("p", { class: "kanpo-small", text: say("blocksNote", { gap: number(column.gap_m, 0), area: number(LEAST_M2 / 10000, 1), n: rows.length }) }),
        make("table", { class: "kanpo-table" },
          make("thead", null, make("tr", null, ...["rank", "block", "score", "klass", "area"].map((key) => make("th", { scope: "col", class: `kanpo-col-${key}`, text: say(key) })))),
          make("tbody", null, ...rows.map((block, nth) => {
            const side = sideOf(found, block, bounds);
            return make("tr", { class: "kanpo-row", on: { click: () => fly(block) } },
              make("td", { class: "kanpo-col-rank", text: String(nth + 1) }),
              make("td", { class: "kanpo-name" }, make("button", { type: "button" }, given(nameOf(block)), ` ${say("parcelsOf", { n: number(found.parcels[block], 0) })}`)),
              make("td", { class: "kanpo-col-score" }, make("span", { class: "kanpo-score", text: score(found.score[block]) }),
                found.score[block] === found.score[block] ? kanpo.list.interval(side) : null),
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
