/* Opens the map: unpacks the data, listens to the reader, paints. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});

  function listen(app) {
    const { byId } = kanpo.dom;
    const { map } = app;
    byId("kanpo-herb").addEventListener("change", (event) => app.setHerb(event.target.value));
    byId("kanpo-language").addEventListener("click", () => app.setLanguage(kanpo.strings.language() === "ja" ? "en" : "ja"));
    byId("kanpo-print").addEventListener("click", () => root.print());
    byId("kanpo-about-open").addEventListener("click", () => byId("kanpo-about").showModal());
    byId("kanpo-handle").addEventListener("click", () => app.sheet(!document.body.classList.contains("kanpo-open")));
    byId("kanpo-csv").addEventListener("click", () => saveList(app));
    byId("kanpo-link").addEventListener("click", () => copyLink(app));
    byId("kanpo-changed-reset").addEventListener("click", () => {
      app.changes.reset(app.herb);
      app.settle();
      app.adjust.render();
      byId("kanpo-herb").focus();
    });
    search(app);
    tabs(app);
    printing(app);
    const tip = root.L.tooltip({ direction: "top", offset: [0, -6], className: "kanpo-tip" });
    map.on("click", (event) => {
      if (app.filters.picked(event.latlng)) return;
      const row = app.rowAt(event.latlng);
      if (row >= 0) app.choose(row, {});
    });
    map.on("mousemove", (event) => hover(app, event, tip));
    map.on("mouseout", () => tip.remove());
    map.on("moveend", () => app.remember());
    root.addEventListener("hashchange", () => kanpo.share.apply(app, root.location.hash.slice(1)));
  }

  function search(app) {
    const field = kanpo.dom.byId("kanpo-search");
    let waiting = 0;
    const look = () => {
      clearTimeout(waiting);
      app.refresh();
      app.remember();
    };
    field.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(look, 150);
    });
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      look();
      if (app.list.first() >= 0) app.choose(app.list.first(), { fly: true });
    });
  }

  /** Parcels, blocks, kept ones: one panel at a time; arrow keys go from tab to tab. */
  function tabs(app) {
    const all = [...document.querySelectorAll("#kanpo-tabs [role=tab]")];
    const choose = (tab) => {
      for (const one of all) {
        one.setAttribute("aria-selected", String(one === tab));
        one.tabIndex = one === tab ? 0 : -1;
        kanpo.dom.byId(one.getAttribute("aria-controls")).hidden = one !== tab;
      }
      app.blocks.render();
    };
    for (const tab of all) {
      tab.addEventListener("click", () => choose(tab));
      tab.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        const usable = all.filter((one) => !one.hidden);
        const next = usable[(usable.indexOf(tab) + step + usable.length) % usable.length];
        next.focus();
        choose(next);
      });
    }
  }

  /** A sheet of paper has another shape than the screen: the map is laid out for it before, and back after. */
  function printing(app) {
    let kept = null;
    root.addEventListener("beforeprint", () => {
      kept = app.map.getBounds();
      document.body.classList.add("kanpo-printing");
      app.map.invalidateSize({ animate: false, pan: false });
      app.map.fitBounds(kept, { animate: false });
    });
    root.addEventListener("afterprint", () => {
      document.body.classList.remove("kanpo-printing");
      app.map.invalidateSize({ animate: false, pan: false });
      if (kept) app.map.fitBounds(kept, { animate: false });
    });
  }

  /** The list as it stands, the best first. */
  function saveList(app) {
    const { say, pick } = kanpo.strings;
    const { result, data } = app;
    const round = (value) => (value === value ? Math.round(value * 1000) / 1000 : null);
    const changed = app.changes.count(app.herb) ? say("changed") : "";
    const { CLASSES } = kanpo.verdict;
    const order = app.list.all();
    const ranks = app.list.ranksOf(order);
    const factor = (place) => (place < 0 ? "" : kanpo.strings.short(data.factors[place].label));
    const range = ({ shown, classes, best }, row) => (shown[row] ? [CLASSES[classes[row]], CLASSES[best[row]]] : ["", ""]);
    const table = data.costs.of(app.herb.id);
    const costs = (row) => {
      const found = kanpo.costs.at(table, row);
      const names = (keys) => keys.map((key) => pick(data.costs.labels[key] || key)).join(say("comma"));
      return found ? [found.yen_low, found.yen_high, found.hours_low, found.hours_high, names([...found.asked, ...found.unknown])] : [null, null, null, null, say("costsNone")];
    };
    const rows = Array.from(order, (row, nth) => [
      ranks[nth], app.text("parcel_id", row), app.text("settlement", row), app.text("lot_number", row), round(app.areas[row]),
      pick(app.herb.label), ...range(result, row), kanpo.list.kindText(kanpo.verdict.at(result, row)),
      round(result.score[row]), round(result.lower[row]), round(result.upper[row]), factor(result.limiting(row)), factor(result.deciding(row)),
      ...range(result.after, row), round(result.after.score[row]), ...(data.costs.any ? costs(row) : []), order.length, data.meta.whole || data.n, changed,
    ]);
    const heads = [
      "rank", "parcelId", "settlement", "lotNumber", "areaM2", "herb", "classLower", "classUpper", "certainty",
      "score", "lower", "upper", "limiting", "deciding", "afterLower", "afterUpper", "afterScore",
      ...(data.costs.any ? ["csvYenLow", "csvYenHigh", "csvHoursLow", "csvHoursHigh", "csvNotCounted"] : []), "csvRanked", "csvWhole", "changes",
    ].map((key) => say(key));
    kanpo.download.save(kanpo.download.fileName("kanpo_list", data.meta.seal), kanpo.download.csv([heads, ...rows]));
  }

  async function copyLink(app) {
    const address = `${root.location.href.split("#")[0]}#${kanpo.share.write(app)}`;
    app.tell(kanpo.strings.say((await kanpo.download.copy(address)) ? "copied" : "notCopied"));
  }

  function hover(app, event, tip) {
    const row = app.rowAt(event.latlng);
    app.map.getContainer().style.cursor = row >= 0 ? "pointer" : "";
    if (row < 0) return void tip.remove();
    const { make, given } = kanpo.dom;
    const side = kanpo.verdict.at(app.result, row);
    const text = `${kanpo.list.rangeText(side)} ${kanpo.list.kindText(side)}`;
    tip.setLatLng(event.latlng).setContent(make("span", null, given(app.nameOf(row).slice(0, 40)), ` ${text}`));
    return void tip.addTo(app.map);
  }

  function fail(error, key) {
    kanpo.dom.byId("kanpo-wait").hidden = false;
    kanpo.dom.byId("kanpo-wait").textContent = kanpo.strings.words[key].join(" / ");
    throw error;
  }

  async function open(map, layer, place) {
    const timings = (root.kanpoTimings = { script: performance.now() });
    if (!root.DecompressionStream) fail(new Error("no DecompressionStream"), "tooOld");
    let data;
    try {
      const bytes = await kanpo.decode.inflate(kanpo.decode.bytesOf(kanpo.dom.byId(place).textContent));
      timings.inflated = performance.now();
      data = kanpo.decode.content(bytes);
    } catch (error) {
      fail(error, "damaged");
    }
    timings.decoded = performance.now();
    const app = new kanpo.App(map, layer, data);
    listen(app);
    app.setLanguage(data.meta.language);
    map.invalidateSize();
    app.fit();
    timings.placed = performance.now();
    app.score();
    timings.scored = performance.now();
    app.refresh(true);
    kanpo.plots.add(root.L, map, data.plots);
    kanpo.dom.byId("kanpo-wait").hidden = true;
    timings.drawn = performance.now();
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    timings.painted = performance.now();
    app.paint(false);
    timings.whole = performance.now();
    timings.lastDraw = layer.lastDraw;
    kanpo.app = app;
    app.opened = true;
    kanpo.share.apply(app, root.location.hash.slice(1));
    return app;
  }

  /** Called by the folium layer: returns the Leaflet layer at once; `kanpoReady` resolves when it is painted. */
  function start(map, place) {
    const { L } = root;
    const layer = new (kanpo.canvas.define(L))();
    if (document.body.classList.contains("kanpo-page")) {
      L.control.zoom({ position: "topright" }).addTo(map);
    } else {
      const panel = kanpo.dom.byId("kanpo-panel");
      panel.prepend(document.querySelector(".kanpo-tools"));
      for (const element of [panel, ...["kanpo-card", "kanpo-adjust"].map(kanpo.dom.byId)]) {
        L.DomEvent.disableClickPropagation(element);
        L.DomEvent.disableScrollPropagation(element);
        map.getContainer().append(element);
      }
    }
    L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
    root.kanpoReady = new Promise((resolve, reject) => {
      // The layer is added by the line of the page that follows; data come after it.
      setTimeout(() => kanpo.whole.open(() => open(map, layer, place)).then(resolve, reject));
    });
    return layer;
  }

  kanpo.start = start;
})(globalThis);
