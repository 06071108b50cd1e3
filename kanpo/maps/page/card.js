/* The card of a parcel: its score for the herb, and why. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const HERBS_SHOWN = 5;

  function create(app) {
    const { make, given, byId } = kanpo.dom;
    const card = byId("kanpo-card");

    let opener = null;
    let shown = -1;

    function close() {
      if (card.hidden) return;
      card.hidden = true;
      app.choose(-1, {});
      if (opener && opener.isConnected) opener.focus({ preventScroll: true });
    }

    function show(row, focus) {
      const told = kanpo.kernel.explain(app.current(), app.data.factors, row, app.data.meta);
      const place = row === shown ? card.scrollTop : 0;
      shown = row;
      card.replaceChildren(...[
        make("div", { class: "kanpo-card-head" },
          make("h2", { tabindex: "-1" }, given(app.nameOf(row))),
          make("button", { type: "button", class: "kanpo-close", "aria-label": kanpo.strings.say("close"), title: kanpo.strings.say("close"), text: "×", on: { click: close } })),
        actions(row),
        make("div", { class: "kanpo-verdict" },
          make("span", { class: "kanpo-verdict-herb" }, given(kanpo.strings.pick(app.herb.label)), changedMark()),
          ...side("now", told), ...side("after", { ...told.after, reference: told.reference })),
        make("ul", { class: "kanpo-reasons" }, ...reasons(told).map((text) => make("li", null, given(text[0].toUpperCase() + text.slice(1))))),
        kanpo.costs.part(app, row),
        kanpo.years.part(app, row),
        kanpo.findings.next(app, told),
        table(told, row),
        kanpo.findings.trials(app, row),
        kanpo.findings.visits(app, row),
        others(row),
        attributes(row)].filter(Boolean));
      if (!card.contains(document.activeElement)) opener = document.activeElement;
      card.hidden = false;
      card.scrollTop = place;
      if (focus) card.querySelector("h2").focus({ preventScroll: true });
    }

    /** Keep this parcel, or hold it against another. */
    function actions(row) {
      const { say } = kanpo.strings;
      const kept = app.favourites.has(row);
      return make("div", { class: "kanpo-actions" },
        make("button", { type: "button", class: "kanpo-button", id: "kanpo-keep", "aria-pressed": String(kept), text: `${kept ? "★" : "☆"} ${say(kept ? "keptAlready" : "keep")}`, on: { click: () => {
          app.favourites.toggle(row);
          refresh();
          byId("kanpo-keep").focus();
        } } }),
        make("button", { type: "button", class: "kanpo-button", id: "kanpo-take", text: app.compare.label(row), on: { click: () => app.compare.take(row) } }));
    }

    function changedMark() {
      return app.changes.count(app.herb) ? make("span", { class: "kanpo-changed-mark", text: kanpo.strings.say("changed") }) : null;
    }

    /** The card again, where one is open. */
    function refresh() {
      if (!card.hidden) show(app.selected, false);
    }

    /** As the land lies, or after works: the range of classes, how sure, the point and its interval. */
    function side(key, told) {
      const { say, score } = kanpo.strings;
      const open = told.upper - told.lower > 1e-9;
      return [make("div", { class: `kanpo-side kanpo-side-${key}` },
        make("span", { class: "kanpo-side-name", text: say(key) }), kanpo.list.chip(told),
        make("span", { class: "kanpo-verdict-class", text: kanpo.list.kindText(told) }),
        make("span", { class: "kanpo-verdict-range", text: open ? say("interval", { lower: score(told.lower), upper: score(told.upper) }) : "" }),
        make("span", { class: "kanpo-verdict-score", text: score(told.score) })),
      kanpo.list.interval(told)];
    }

    function reasons(told) {
      const { say, short, score } = kanpo.strings;
      const { factors } = app.data;
      const name = (place) => short(factors[place].label);
      const limit = told.parts.find((part) => part.requirement.factor === told.limiting);
      const about = limit && { factor: name(told.limiting), value: valueText(factors[told.limiting], limit.value) };
      const out = [];
      if (app.text("located_by", app.selected) === "pin") out.push(say("pinOnly"));
      if (told.excludedBy) out.push(say("excludedByLayer", { layer: told.excludedBy }));
      else if (told.excluded && limit) out.push(say("excludedBy", about));
      else if (told.known === 0) out.push(say("noScore"));
      else out.push(limit ? say("limitedBy", about) : say("notLimited"));
      if (!told.excludedBy) out.push(...works(told, name));
      const comma = say("comma");
      const unknown = told.parts.filter((part) => !part.known).map((part) => name(part.requirement.factor));
      if (unknown.length && !told.excluded) {
        out.push(say("unknownFactors", { n: unknown.length, lower: score(told.lower), upper: score(told.upper), list: unknown.join(comma) }));
        if (told.deciding >= 0) out.push(say("decidedMost", { factor: name(told.deciding) }));
      }
      if (told.kind === kanpo.verdict.BY_CATALOGUE) out.push(say("byCatalogue", { lower: score(told.least), upper: score(told.most) }));
      if (told.reference) out.push(say("reference"));
      if (!app.result.tellsApart && app.data.n > 1) out.push(say(app.result.differs ? "notApart" : "notApartEqual"));
      return out;
    }

    /** What can be done on this parcel and lifts a known factor; or that nothing known would mend it. */
    function works(told, name) {
      const { say, pick } = kanpo.strings;
      const found = told.parts.flatMap(({ requirement, works: all }) => all.map(({ work, value }) =>
        say("workHelps", { work: pick(work.label), factor: name(requirement.factor), value: valueText(app.data.factors[requirement.factor], value) })));
      if (found.length) return [say("worksHelp", { list: found.join(say("comma")) })];
      // Where measuring may still make it suitable there is nothing to mend yet.
      return told.shown && told.best > 3 ? [say("noWork")] : [];
    }

    function valueText(factor, value) {
      const { pick, unit, number } = kanpo.strings;
      if (factor.kind === "class") return pick(factor.class_labels[value]);
      const text = unit(factor.unit);
      return `${number(value, 2)}${text && text !== "°" ? " " : ""}${text}`;
    }

    function table(told, row) {
      const { say, pick, short } = kanpo.strings;
      const { factors } = app.data;
      const lines = told.parts.map(({ requirement, known, value, mu, share }) => {
        const factor = factors[requirement.factor];
        const limits = requirement.factor === told.limiting;
        return make("tr", { class: `${limits ? "kanpo-limits" : ""} ${known ? "" : "kanpo-unknown"}` },
          make("th", { scope: "row", title: [pick(factor.label), requirement.source, requirement.confidence].filter(Boolean).join(" / ") }, short(factor.label),
            app.changes.of(app.herb, requirement.factor) ? make("span", { class: "kanpo-changed-mark", text: say("changed") }) : null,
            requirement.knock_out ? make("abbr", { class: "kanpo-ko", title: say("knockOut"), text: "※" }) : null),
          make("td", { class: "kanpo-value" }, known ? given(valueText(factor, value)) : make("i", { text: say("unknown") })),
          make("td", { class: "kanpo-fit" }, known ? fit(mu) : "–"),
          make("td", { class: "kanpo-weight", text: `${(100 * share).toFixed(0)}%` }),
          make("td", { class: "kanpo-origin" }, given(originText(factor.sourceOf(row)))));
      });
      const heads = ["factor", "value", "membership", "weight", "origin"].map((key) => make("th", { scope: "col", text: say(key) }));
      return make("section", { class: "kanpo-part" }, make("h3", { text: say("reasons") }),
        make("table", { class: "kanpo-factors" }, make("thead", null, make("tr", null, ...heads)), make("tbody", null, ...lines)),
        make("p", { class: "kanpo-small", text: `※ ${say("knockOut")}` }));
    }

    function fit(mu) {
      const colour = mu >= 0.75 ? 1 : mu >= 0.5 ? 2 : mu >= 0.25 ? 3 : mu > 0 ? 4 : 5;
      return kanpo.dom.make("span", { class: "kanpo-bar" },
        make("span", { class: "kanpo-bar-track", "aria-hidden": "true" },
          make("span", { style: { width: `${100 * mu}%`, background: kanpo.style.fills[colour] } })),
        make("span", { text: mu.toFixed(2) }));
    }

    /** "visit:2025-07-21 1234…" and the like in words. */
    function originText(source) {
      if (!source) return "";
      const [kind, ...rest] = source.split(":");
      const key = `from:${kind}`;
      if (!(key in kanpo.strings.words)) return source;
      const name = rest.join(":");
      const shown = kind === "layer" ? name : kind === "visit" ? name.slice(0, 10) : "";
      return kanpo.strings.say(key) + (shown ? ` ${shown}` : "");
    }

    function others(row) {
      const { say, pick, score } = kanpo.strings;
      // A herb with a class before one without, what is not suitable last; a herb for reference is never a best one.
      const last = ({ shown, best }) => (shown ? 0 : 1) + (best === 5 ? 2 : 0);
      const best = app.data.herbs.filter((herb) => !herb.reference)
        .map((herb) => ({ herb, told: kanpo.kernel.explain(app.changes.apply(herb), app.data.factors, row, app.data.meta) }))
        .sort(({ told: one }, { told: other }) => last(one) - last(other) || other.score - one.score || other.lower - one.lower)
        .slice(0, HERBS_SHOWN);
      if (app.data.herbs.length < 2 || !best.length) return null;
      return make("section", { class: "kanpo-part" }, make("h3", { text: say("otherHerbs") }),
        make("div", { class: "kanpo-herbs" }, ...best.map(({ herb, told }) =>
          make("button", { type: "button", class: "kanpo-button", "aria-pressed": String(herb === app.herb), on: { click: () => app.setHerb(herb.id) } },
            given(pick(herb.label)), ` ${score(told.score)} `, kanpo.list.chip(told)))));
    }

    function attributes(row) {
      const { say, pick } = kanpo.strings;
      const rows = app.data.columns
        .map((column) => [column, app.shown(column, row)])
        .filter(([, text]) => text !== "")
        .map(([column, text]) => make("tr", null, make("th", { scope: "row" }, given(pick(column.label))), make("td", null, given(text))));
      const block = app.blocks.idOf(row);
      if (block) rows.push(make("tr", null, make("th", { scope: "row", text: say("block") }), make("td", null, given(block))));
      return make("section", { class: "kanpo-part" }, make("h3", { text: say("attributes") }),
        make("table", { class: "kanpo-attributes" }, make("tbody", null, ...rows)));
    }

    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
      if (app.adjust.isOpen()) app.adjust.close();
      else close();
    });
    return { show, close, refresh, valueText, isOpen: () => !card.hidden };
  }

  kanpo.card = { create };
})(globalThis);
