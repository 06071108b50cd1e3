/* The state of the page, and the ways to change it. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const CARD_ZOOM = 17;
  const WORDS_MS = 120;

  class App {
    constructor(map, layer, data) {
      Object.assign(this, { map, layer, data, sort: "score", selected: -1, hidden: new Set() });
      this.herb = data.herbs.find((herb) => herb.id === data.meta.first_herb) || data.herbs[0] || { id: "", label: ["–", "–"], requirements: [] };
      this.column = Object.fromEntries(data.columns.map((column) => [column.name, column]));
      const areas = this.column.area_m2;
      const factor = data.factors.find(({ key }) => key === "area_m2");
      this.areas = areas && areas.of.values ? areas.of.values : factor.values;
      this.matches = kanpo.index.search(data.n, (row) => `${this.nameOf(row)} ${this.text("parcel_id", row)}`);
      this.scorer = new kanpo.kernel.Scorer(data.factors, data.n, data.meta);
      this.changes = kanpo.changes.create();
      this.filters = kanpo.filters.create(this);
      this.list = kanpo.list.create(this);
      this.adjust = kanpo.adjust.create(this);
      this.blocks = kanpo.blocks.create(this);
      this.favourites = kanpo.favourites.create(this);
      this.compare = kanpo.compare.create(this);
      this.card = kanpo.card.create(this);
      this.background = new (kanpo.background.define(root.L))(data.background);
      if (data.background.length) this.background.addTo(map);
      this.grid = null;
      this.following = null;
    }

    /** The herb with what the reader changed. */
    current() {
      return this.changes.apply(this.herb);
    }

    /** The row of a parcel id, -1 for none; the table is made when first asked for. */
    rowOf(parcel) {
      this.rows = this.rows || new Map(Array.from({ length: this.data.n }, (_, row) => [this.text("parcel_id", row), row]));
      return this.rows.get(parcel) ?? -1;
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
      this.result = this.scorer.scores(this.current());
    }

    /** A factor's requirement is being dragged: follow once for each picture of the screen. */
    follow(factor) {
      const waiting = this.following !== null;
      this.following = factor;
      if (waiting) return;
      requestAnimationFrame(() => {
        if (this.following === null) return;
        this.result = this.scorer.moved(this.current(), this.following);
        this.following = null;
        this.paint(true);
      });
    }

    /** Everything anew after a change of requirements is done. */
    settle() {
      this.following = null;
      this.score();
      this.paint(false);
      this.card.refresh();
      this.compare.render();
      this.remember();
    }

    /** Filters, legend, list and colours, after anything changed that they depend on. */
    refresh(quick) {
      this.passing = this.filters.passing();
      const found = this.matches(kanpo.dom.byId("kanpo-search").value);
      if (found) for (let i = 0; i < this.passing.length; i++) this.passing[i] &= found[i];
      this.paint(Boolean(quick));
    }

    /** Legend, list and colours by the scores and filters as they are; `quick` while something is dragged. */
    paint(quick) {
      const { result, data, areas } = this;
      const widest = this.filters.width();
      const passed = new Uint8Array(data.n);
      const codes = new Uint8Array(data.n);
      const rows = new Int32Array(data.n);
      let n = 0;
      let area = 0;
      for (let i = 0; i < data.n; i++) {
        const klass = result.codes[i] & 7;
        const width = result.upper[i] - result.lower[i];
        passed[i] = this.passing[i] && !(width > widest) ? 1 : 0;
        if (!passed[i] || this.hidden.has(klass)) {
          codes[i] = 255;
          continue;
        }
        codes[i] = result.codes[i];
        rows[n++] = i;
        if (areas[i] === areas[i]) area += areas[i];
      }
      this.codes = codes;
      // While something is dragged the map follows every picture, words and list a few times a second.
      const words = !quick || !this.opened || performance.now() - (this.worded || 0) > WORDS_MS;
      if (words) this.tellAll(passed, rows.subarray(0, n), area, quick);
      if (!quick) this.blocks.render();
      if (this.layer._data) this.layer.setCodes(codes, quick);
      else this.layer.setData(data.outlines, codes, quick, kanpo.canvas.settlements(data.outlines, data.n, (row) => this.text("settlement", row)));
    }

    /** The first sentence, legend, list and what was changed, by the scores as they are. */
    tellAll(passed, rows, area, quick) {
      const { result, areas } = this;
      const shares = kanpo.verdict.shares(result, areas, passed);
      kanpo.legend.summary(kanpo.dom.byId("kanpo-summary"), this, shares, quick && this.opened ? null : kanpo.verdict.shares(result.after, areas, passed));
      kanpo.legend.render(kanpo.dom.byId("kanpo-legend"), shares, result.reference, this.hidden, (code) => this.toggle(code));
      this.list.update(rows, quick);
      this.count(rows.length, area);
      kanpo.about.changed(this);
      this.worded = performance.now();
    }

    count(n, area) {
      const { say, number } = kanpo.strings;
      const values = { n: number(n, 0), all: number(this.data.n, 0), area: number(area / 10000, 1) };
      kanpo.dom.byId("kanpo-count").textContent = say(n === this.data.n ? "counted" : "countedOf", values);
    }

    toggle(code) {
      if (!this.hidden.delete(code)) this.hidden.add(code);
      this.paint(false);
      this.remember();
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
      if (this.passing) this.paint(false);
      else this.refresh();
      this.card.refresh();
      this.adjust.render();
      this.remember();
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
      kanpo.background.buttons(byId("kanpo-background"), this.data.background, this.background);
      this.filters.render();
      this.favourites.render();
      this.adjust.render();
      if (this.result) this.refresh();
      this.card.refresh();
      this.remember();
    }

    /** Keep the present view in the address, when it has come to rest. */
    remember() {
      clearTimeout(this.remembering);
      if (!this.opened) return;
      this.remembering = setTimeout(() => {
        try {
          root.history.replaceState(null, "", `#${kanpo.share.write(this)}`);
        } catch {
          // A page inside another (about:srcdoc) has no address of its own.
        }
      }, 300);
    }

    /** Say something in passing. */
    tell(text) {
      const place = kanpo.dom.byId("kanpo-told");
      place.textContent = text;
      place.hidden = false;
      clearTimeout(this.telling);
      this.telling = setTimeout(() => (place.hidden = true), 4000);
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
      this.remember();
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
      return [(this.cardOver() - this.panelOver()) / 2, 0];
    }

    /** How much of the map's left the panel hides: nothing in the page, its width on another map. */
    panelOver() {
      const panel = kanpo.dom.byId("kanpo-panel");
      if (!this.map.getContainer().contains(panel)) return 0;
      return Math.max(0, panel.getBoundingClientRect().right - this.map.getContainer().getBoundingClientRect().left);
    }

    /** How much of the map's right the card hides; a card as wide as the map is no side. */
    cardOver() {
      const card = kanpo.dom.byId("kanpo-card").getBoundingClientRect();
      const map = this.map.getContainer().getBoundingClientRect();
      return !card.width || card.width > 0.8 * map.width ? 0 : Math.max(0, map.right - card.left);
    }

    rowAt(latlng) {
      const began = 256 * 2 ** this.map.getZoom();
      const point = this.map.project(latlng).divideBy(began);
      this.grid = this.grid || kanpo.index.grid(this.data.outlines, this.data.n);
      return this.grid.hit(point.x, point.y, 5 / began, (i) => this.codes[i] !== 255);
    }

    /** Show all parcels, or some rows. */
    fit(rows) {
      const box = kanpo.index.bounds(this.data.outlines, this.data.n, rows);
      if (!box) return;
      const corner = (x, y) => this.map.options.crs.pointToLatLng(root.L.point(x * 256, y * 256), 0);
      this.map.fitBounds(root.L.latLngBounds(corner(box[0], box[3]), corner(box[2], box[1])), {
        animate: false, maxZoom: 18, paddingTopLeft: [24 + this.panelOver(), 24], paddingBottomRight: [24 + this.cardOver(), 24],
      });
    }

    /** Open or close the list on a narrow screen. */
    sheet(open) {
      document.body.classList.toggle("kanpo-open", open);
      kanpo.dom.byId("kanpo-handle").setAttribute("aria-expanded", String(open));
      kanpo.dom.byId("kanpo-handle-text").textContent = kanpo.strings.say(open ? "listClose" : "listOpen");
    }
  }

  kanpo.App = App;
})(globalThis);
