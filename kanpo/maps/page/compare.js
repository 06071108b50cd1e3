/* Two parcels, or two herbs, side by side. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const BEST = 10;

  function create(app) {
    const { make, given, byId } = kanpo.dom;
    const dialog = byId("kanpo-compare");
    let rows = [];
    let herbs = null;

    const explained = (herb, row) => kanpo.kernel.explain(app.changes.apply(herb), app.data.factors, row, app.data.meta);

    /** Take a parcel into the comparison; the second one opens it. */
    function take(row) {
      if (rows.includes(row)) rows = rows.filter((one) => one !== row);
      else rows = [...rows.slice(-1), row];
      if (rows.length === 2) open();
      else app.card.refresh();
    }

    /** What the card's button says about a parcel. */
    function label(row) {
      const { say } = kanpo.strings;
      if (rows.includes(row)) return say("compareOut");
      return rows.length ? say("compareWith", { name: app.nameOf(rows.at(-1)).slice(0, 24) }) : say("compareIn");
    }

    function open() {
      herbs = herbs || [app.herb, app.data.herbs.find((herb) => herb !== app.herb) || app.herb];
      herbs[0] = app.herb;
      render();
      if (!dialog.open) dialog.showModal();
    }

    function close() {
      dialog.close();
      rows = [];
      app.card.refresh();
    }

    function render() {
      const { say } = kanpo.strings;
      const parts = [rows.length === 2 ? parcels() : make("p", { class: "kanpo-small", text: say("compareHow") })];
      if (app.data.herbs.length > 1) parts.push(herbPart());
      dialog.replaceChildren(
        make("div", { class: "kanpo-card-head" }, make("h2", { id: "kanpo-compare-title", text: say("compare") }),
          make("button", { type: "button", class: "kanpo-close", "aria-label": say("close"), text: "×", on: { click: close } })),
        ...parts);
    }

    function table(heads, lines) {
      return make("table", { class: "kanpo-compared" },
        make("thead", null, make("tr", null, make("td"), ...heads.map((head) => make("th", { scope: "col" }, given(head))))),
        make("tbody", null, ...lines.map(([name, ...cells]) => make("tr", null, make("th", { scope: "row" }, given(name)), ...cells.map((cell) => make("td", null, cell))))));
    }

    function verdict(told) {
      const { score, say } = kanpo.strings;
      const range = told.upper - told.lower > 1e-9 ? ` ${say("interval", { lower: score(told.lower), upper: score(told.upper) })}` : "";
      return make("span", null, kanpo.list.chip(told), ` ${kanpo.list.kindText(told)} ${score(told.score)}${range}`);
    }

    function limit(told) {
      return told.excludedBy ? given(told.excludedBy) : told.limiting < 0 ? "–" : kanpo.strings.short(app.data.factors[told.limiting].label);
    }

    function fit(part) {
      if (!part) return "–";
      const factor = app.data.factors[part.requirement.factor];
      return part.known ? make("span", null, given(app.card.valueText(factor, part.value)), make("small", { text: ` ${part.mu.toFixed(2)}` })) : make("i", { text: kanpo.strings.say("unknown") });
    }

    function parcels() {
      const { say, pick, short, area } = kanpo.strings;
      const told = rows.map((row) => explained(app.herb, row));
      return make("section", { id: "kanpo-compare-parcels" },
        make("h3", null, say("compareParcels"), " – ", given(pick(app.herb.label))),
        table(rows.map((row) => app.nameOf(row)), [
          [say("score"), ...told.map(verdict)],
          [say("area"), ...rows.map((row) => area(app.areas[row]))],
          [say("limiting"), ...told.map(limit)],
          ...told[0].parts.map((part, nth) => [short(app.data.factors[part.requirement.factor].label), fit(part), fit(told[1].parts[nth])]),
        ]));
    }

    function herbPart() {
      const { say, pick, number } = kanpo.strings;
      const choose = (nth) => {
        const select = make("select", { "aria-label": `${say("herb")} ${nth + 1}`, "data-side": String(nth) }, ...app.data.herbs.map((herb) => make("option", { value: herb.id, text: pick(herb.label).slice(0, 60), selected: herb === herbs[nth] })));
        select.addEventListener("change", () => {
          herbs[nth] = app.data.herbs.find(({ id }) => id === select.value);
          render();
          dialog.querySelector(`[data-side="${nth}"]`).focus();
        });
        return select;
      };
      const results = herbs.map((herb) => (herb === app.herb ? app.result : kanpo.kernel.scores(app.changes.apply(herb), app.data.factors, app.data.n, app.data.meta)));
      const shares = results.map((result) => kanpo.verdict.summed(kanpo.verdict.shares(result, app.areas, app.passing)));
      const counted = ({ n, area }) => `${number(n, 0)} / ${number(area / 10000, 1)} ha`;
      const bests = results.map((result) => app.list.bestOf(result, BEST));
      const lines = Object.keys(shares[0]).map((key) => [say(`group:${key}`), ...shares.map((share) => counted(share[key]))]);
      for (let nth = 0; nth < BEST && nth < Math.max(...bests.map((best) => best.length)); nth++) {
        lines.push([say("placed", { n: nth + 1 }), ...bests.map((best, of) => (nth < best.length ? make("span", null, given(app.nameOf(best[nth])), ` ${kanpo.strings.score(results[of].score[best[nth]])}`) : "–"))]);
      }
      return make("section", { id: "kanpo-compare-herbs" },
        make("h3", { text: say("compareHerbs") }), make("div", { class: "kanpo-pair-of-herbs" }, choose(0), choose(1)),
        make("p", { text: say("goodForBoth", both(results)) }),
        table(herbs.map((herb) => pick(herb.label)), lines), ...(app.selected >= 0 ? [onSelected()] : []));
    }

    /** Parcels and hectares whose class is S1 or S2 for both, as far as the parcel is known. */
    function both([one, other]) {
      let n = 0;
      let area = 0;
      const good = ({ classes, kinds }, i) => classes[i] <= 2 && kinds[i] <= kanpo.verdict.BY_CATALOGUE;
      for (let i = 0; i < app.data.n; i++) {
        if (!app.passing[i] || !good(one, i) || !good(other, i)) continue;
        n++;
        if (app.areas[i] === app.areas[i]) area += app.areas[i];
      }
      return { n: kanpo.strings.number(n, 0), area: kanpo.strings.number(area / 10000, 1) };
    }

    function onSelected() {
      const { say, short, pick } = kanpo.strings;
      const told = herbs.map((herb) => explained(herb, app.selected));
      const of = (one, factor) => one.parts.find((part) => part.requirement.factor === factor);
      const factors = app.data.factors.map((_, place) => place).filter((place) => told.some((one) => of(one, place)));
      return make("section", null, make("h3", null, given(app.nameOf(app.selected))),
        table(herbs.map((herb) => pick(herb.label)), [
          [say("score"), ...told.map(verdict)], [say("limiting"), ...told.map(limit)],
          ...factors.map((place) => [short(app.data.factors[place].label), ...told.map((one) => fit(of(one, place)))]),
        ]));
    }

    byId("kanpo-compare-open").addEventListener("click", open);
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      close();
    });
    return { take, label, render: () => dialog.open && render() };
  }

  kanpo.compare = { create };
})(globalThis);
