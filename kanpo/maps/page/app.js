/* Puts everything together: one state, one way to change it. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const CARD_ZOOM = 17;

  class App {
    constructor(map, layer, data) {
      Object.assign(this, { map, layer, data, sort: "score", selected: -1, hidden: new Set() });
      this.herb = data.herbs.find((herb) => herb.id === data.meta.first_herb) || data.herbs[0] || { id: "", label: ["–", "–"], requirements: [] };
      this.column = Object.fromEntries(data.columns.map((column) => [column.name, column]));
      const areas = this.column.area_m2;
      const factor = data.factors.find(({ key }) => key === "area_m2");
      this.areas = areas && areas.of.values ? areas.of.values : factor.values;
      this.matches = kanpo.index.search(data.n, (row) => `${this.nameOf(row)} ${this.text("parcel_id", row)}`);
      this.filters = kanpo.filters.create(this);
      this.list = kanpo.list.create(this);
      this.card = kanpo.card.create(this);
      this.grid = null;
    }

    text(name, row) {
      const column = this.column[name];
      const value = column ? column.of(row) : null;
      return value === null || value === undefined || value !== value ? "" : String(value);
    }

    /** 大字 and 地番, or the id of a parcel that has neither. */
    nameOf(row) {
      const settlement = this.text("settlement", row);
      const lot = this.text("lot_number", row);
      return [settlement, lot].filter(Boolean).join(" ") || this.text("parcel_id", row);
    }

    /** A cell as the card shows it. */
    shown(column, row) {
      const value = column.of(row);
      if (typeof value === "number") return value === value ? kanpo.strings.number(value, 2) : "";
      if (value === null) return "";
      return kanpo.strings.pick(column.values[value] || value);
    }

    hasTiles() {
      let found = false;
      this.map.eachLayer((layer) => (found = found || layer instanceof root.L.TileLayer));
      return found;
    }

    score() {
      this.result = kanpo.kernel.scores(this.herb, this.data.factors, this.data.n, this.data.meta);
    }

    /** Filters, legend, list and colours, after anything changed that they depend on. */
    refresh() {
      const { result, data, areas } = this;
      const shown = this.filters.passing();
      const found = this.matches(kanpo.dom.byId("kanpo-search").value);
      if (found) for (let i = 0; i < shown.length; i++) shown[i] &= found[i];
      kanpo.legend.render(kanpo.dom.byId("kanpo-legend"), kanpo.legend.shares(result.classes, areas, shown), this.hidden, (code) => this.toggle(code));
      const codes = new Uint8Array(data.n);
      const rows = new Int32Array(data.n);
      let n = 0;
      let area = 0;
      for (let i = 0; i < data.n; i++) {
        const klass = result.classes[i];
        if (!shown[i] || this.hidden.has(klass)) {
          codes[i] = 255;
          continue;
        }
        codes[i] = klass + (klass && result.upper[i] - result.lower[i] > kanpo.style.UNCERTAIN ? 8 : 0);
        rows[n++] = i;
        if (areas[i] === areas[i]) area += areas[i];
      }
      this.codes = codes;
      this.list.update(rows.slice(0, n));
      this.count(n, area);
      if (this.layer._data) this.layer.setCodes(codes);
      else this.layer.setData(data.outlines, codes, kanpo.canvas.settlements(data.outlines, data.n, (row) => this.text("settlement", row)));
    }

    count(n, area) {
      const { say, number } = kanpo.strings;
      const values = { n: number(n, 0), all: number(this.data.n, 0), area: number(area / 10000, 1) };
      kanpo.dom.byId("kanpo-count").textContent = say(n === this.data.n ? "counted" : "countedOf", values);
    }

    toggle(code) {
      if (!this.hidden.delete(code)) this.hidden.add(code);
      this.refresh();
    }

    sortBy(key) {
      this.sort = key;
      this.refresh();
      kanpo.dom.byId("kanpo-list-head").querySelector(`.kanpo-col-${key} button`).focus();
    }

    setHerb(id) {
      this.herb = this.data.herbs.find((herb) => herb.id === id) || this.herb;
      kanpo.dom.byId("kanpo-herb").value = this.herb.id;
      this.score();
      this.refresh();
      if (this.card.isOpen()) this.card.show(this.selected, false);
    }

    setLanguage(language) {
      kanpo.strings.setLanguage(language);
      const { make, byId } = kanpo.dom;
      kanpo.about.head(this);
      kanpo.about.render(this);
      this.nameMap();
      byId("kanpo-herb").replaceChildren(...this.data.herbs.map((herb) =>
        make("option", { value: herb.id, text: kanpo.strings.pick(herb.label).slice(0, 60) })));
      byId("kanpo-herb").value = this.herb.id;
      this.sheet(document.body.classList.contains("kanpo-open"));
      this.filters.render();
      if (this.result) this.refresh();
      if (this.card.isOpen()) this.card.show(this.selected, false);
    }

    /** What the map and its buttons are called, for those who hear the page. */
    nameMap() {
      const container = this.map.getContainer();
      container.setAttribute("role", "region");
      container.setAttribute("aria-label", kanpo.strings.say("map"));
      for (const [selector, key] of [[".leaflet-control-zoom-in", "zoomCloser"], [".leaflet-control-zoom-out", "zoomAway"]]) {
        const button = container.querySelector(selector);
        if (!button) continue;
        button.title = kanpo.strings.say(key);
        button.setAttribute("aria-label", button.title);
      }
    }

    /** Select a parcel (-1 for none) and open its card. */
    choose(row, { fly, focus }) {
      this.selected = row;
      this.layer.select(row);
      this.list.mark();
      if (row < 0) return this.card.close();
      if (fly) this.sheet(false);
      this.card.show(row, focus !== false);
      if (fly) this.flyTo(row);
      return undefined;
    }

    flyTo(row) {
      const [west, north, east, south] = this.data.outlines.box.subarray(4 * row, 4 * row + 4);
      if (Number.isNaN(west)) return;
      const { L } = root;
      const size = 2 ** CARD_ZOOM * 256;
      const crs = this.map.options.crs;
      const middle = crs.pointToLatLng(L.point(((west + east) / 2) * size, ((north + south) / 2) * size), CARD_ZOOM);
      const zoom = Math.max(this.map.getZoom(), CARD_ZOOM);
      this.map.setView(middle.wrap(), zoom, { animate: false });
      this.map.panBy(this.covered(), { animate: false });
    }

    /** How far the middle of what is free of the card lies from the middle of the map. */
    covered() {
      const card = kanpo.dom.byId("kanpo-card").getBoundingClientRect();
      const map = this.map.getContainer().getBoundingClientRect();
      if (card.width > 0.8 * map.width) return [0, Math.max(0, map.bottom - card.top) / 2];
      return [(Math.max(0, map.right - card.left) - this.panelOver()) / 2, 0];
    }

    /** How much of the map's left the panel hides: nothing in the page, its width on another map. */
    panelOver() {
      const panel = kanpo.dom.byId("kanpo-panel");
      if (!this.map.getContainer().contains(panel)) return 0;
      return Math.max(0, panel.getBoundingClientRect().right - this.map.getContainer().getBoundingClientRect().left);
    }

    rowAt(latlng) {
      const began = 256 * 2 ** this.map.getZoom();
      const point = this.map.project(latlng).divideBy(began);
      this.grid = this.grid || kanpo.index.grid(this.data.outlines, this.data.n);
      return this.grid.hit(point.x, point.y, 5 / began, (i) => this.codes[i] !== 255);
    }

    fit() {
      const box = kanpo.index.bounds(this.data.outlines, this.data.n);
      if (!box) return;
      const corner = (x, y) => this.map.options.crs.pointToLatLng(root.L.point(x * 256, y * 256), 0);
      this.map.fitBounds(root.L.latLngBounds(corner(box[0], box[3]), corner(box[2], box[1])), {
        animate: false, maxZoom: 18, paddingTopLeft: [24 + this.panelOver(), 24], paddingBottomRight: [24, 24],
      });
    }

    /** Open or close the list on a narrow screen. */
    sheet(open) {
      document.body.classList.toggle("kanpo-open", open);
      kanpo.dom.byId("kanpo-handle").setAttribute("aria-expanded", String(open));
      kanpo.dom.byId("kanpo-handle-text").textContent = kanpo.strings.say(open ? "listClose" : "listOpen");
    }

    listen() {
      const { byId } = kanpo.dom;
      byId("kanpo-herb").addEventListener("change", (event) => this.setHerb(event.target.value));
      let waiting = 0;
      byId("kanpo-search").addEventListener("input", () => {
        clearTimeout(waiting);
        waiting = setTimeout(() => this.refresh(), 150);
      });
      byId("kanpo-search").addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        clearTimeout(waiting);
        this.refresh();
        if (this.list.first() >= 0) this.choose(this.list.first(), { fly: true });
      });
      byId("kanpo-language").addEventListener("click", () => this.setLanguage(kanpo.strings.language() === "ja" ? "en" : "ja"));
      byId("kanpo-print").addEventListener("click", () => root.print());
      byId("kanpo-about-open").addEventListener("click", () => byId("kanpo-about").showModal());
      byId("kanpo-handle").addEventListener("click", () => this.sheet(!document.body.classList.contains("kanpo-open")));
      this.map.on("click", (event) => {
        const row = this.rowAt(event.latlng);
        if (row >= 0) this.choose(row, {});
      });
      const tip = root.L.tooltip({ direction: "top", offset: [0, -6], className: "kanpo-tip" });
      this.map.on("mousemove", (event) => this.hover(event, tip));
      this.map.on("mouseout", () => tip.remove());
    }

    hover(event, tip) {
      const row = this.rowAt(event.latlng);
      this.map.getContainer().style.cursor = row >= 0 ? "pointer" : "";
      if (row < 0) return void tip.remove();
      const { make, given } = kanpo.dom;
      const text = `${kanpo.kernel.CLASSES[this.result.classes[row]]} ${kanpo.strings.score(this.result.score[row])}`;
      tip.setLatLng(event.latlng).setContent(make("span", null, given(this.nameOf(row).slice(0, 40)), ` ${text}`));
      return void tip.addTo(this.map);
    }
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
    const app = new App(map, layer, data);
    app.listen();
    app.setLanguage(data.meta.language);
    map.invalidateSize();
    app.fit();
    timings.placed = performance.now();
    app.score();
    timings.scored = performance.now();
    app.refresh();
    kanpo.plots.add(root.L, map, data.plots);
    kanpo.dom.byId("kanpo-wait").hidden = true;
    timings.drawn = performance.now();
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    timings.painted = performance.now();
    timings.lastDraw = layer.lastDraw;
    kanpo.app = app;
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
      for (const element of [panel, kanpo.dom.byId("kanpo-card")]) {
        L.DomEvent.disableClickPropagation(element);
        L.DomEvent.disableScrollPropagation(element);
        map.getContainer().append(element);
      }
    }
    L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
    root.kanpoReady = new Promise((resolve, reject) => {
      // The layer is added by the line of the page that follows; data come after it.
      setTimeout(() => open(map, layer, place).then(resolve, reject));
    });
    return layer;
  }

  kanpo.start = start;
})(globalThis);
