/* Filters: area, distance, width of the range, and the codes of the parcel columns that have labels. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const CODED = ["devastation_class", "idle_class", "land_type", "located_by"];
  const EQUATOR_M = 40_075_016.686;
  const NUMBERS = ["minimum", "maximum", "width", "distance"];

  /** 1 for each row whose middle lies within `metres` of a place ([latitude, longitude]); plane distance at that latitude. */
  function within(outlines, n, [latitude, longitude], metres) {
    const { box } = outlines;
    const scale = EQUATOR_M * Math.cos((latitude * Math.PI) / 180);
    const sine = Math.sin((latitude * Math.PI) / 180);
    const x = longitude / 360 + 0.5;
    const y = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
    const reach = (metres / scale) ** 2;
    const out = new Uint8Array(n);
    for (let i = 0; i < n; i++) {
      const across = (box[4 * i] + box[4 * i + 2]) / 2 - x;
      const along = (box[4 * i + 1] + box[4 * i + 3]) / 2 - y;
      out[i] = across * across + along * along <= reach ? 1 : 0;
    }
    return out;
  }

  function create(app) {
    const { make, byId } = kanpo.dom;
    const state = { minimum: null, maximum: null, width: null, distance: null, centre: null, codes: {} };
    const columns = CODED.map((name) => app.data.columns.find((column) => column.name === name))
      .filter((column) => column && column.kind === "dictionary" && column.of.words.length);
    let circle = null;
    let picking = false;

    function render() {
      const { say } = kanpo.strings;
      const clear = make("button", { type: "button", class: "kanpo-button", text: say("clear"), on: { click: () => set({}) } });
      byId("kanpo-filter-fields").replaceChildren(
        number("minimum", "minimumArea", "100"), number("maximum", "maximumArea", "100"),
        ...columns.map(coded),
        number("width", "widestRange", "0.05"), number("distance", "farthest", "100"),
        make("button", { type: "button", class: "kanpo-button", id: "kanpo-pick", "aria-pressed": String(picking), text: say(picking ? "picking" : "pick"), on: { click: pick } }),
        clear);
      count();
    }

    function number(name, label, step) {
      const input = make("input", { type: "number", min: "0", step, inputmode: "decimal", id: `kanpo-filter-${name}`, value: state[name] });
      input.addEventListener("input", () => {
        state[name] = input.value === "" || !(Number(input.value) >= 0) ? null : Number(input.value);
        if (name === "distance" && state.distance !== null && !state.centre) state.centre = middle();
        changed();
      });
      return make("label", { class: "kanpo-field" }, make("span", { text: kanpo.strings.say(label) }), input);
    }

    function coded(column) {
      const { say, pick: choose } = kanpo.strings;
      const select = make("select", { "data-column": column.name },
        make("option", { value: "", text: say("all") }),
        ...column.of.words.map((code, nth) => make("option", { value: String(nth), text: choose(column.values[code] || code).slice(0, 60) })),
        make("option", { value: "-1", text: say("nothing") }));
      select.value = state.codes[column.name] ?? "";
      select.addEventListener("change", () => {
        state.codes[column.name] = select.value;
        changed();
      });
      return make("label", { class: "kanpo-field" }, make("span", null, kanpo.dom.given(choose(column.label))), select);
    }

    function middle() {
      const { lat, lng } = app.map.getCenter();
      return [lat, lng];
    }

    /** The next press on the map says from where distances count. */
    function pick() {
      picking = !picking;
      render();
      byId("kanpo-pick").focus();
    }

    /** Whether a press on the map was the choice of a centre. */
    function picked(latlng) {
      if (!picking) return false;
      picking = false;
      state.centre = [latlng.lat, latlng.lng];
      if (state.distance === null) state.distance = 1000;
      render();
      changed();
      return true;
    }

    function count() {
      const n = NUMBERS.filter((name) => state[name] !== null).length + Object.values(state.codes).filter((value) => value !== "").length;
      byId("kanpo-filter-count").textContent = n ? `(${n})` : "";
      if (circle) circle.remove();
      circle = null;
      if (state.distance !== null && state.centre) {
        circle = root.L.circle(state.centre, { radius: state.distance, interactive: false, color: "#14532d", weight: 1.5, dashArray: "6 5", fillOpacity: 0.03 }).addTo(app.map);
      }
      return n;
    }

    function changed() {
      count();
      app.refresh();
      app.remember();
    }

    /** 1 for each row that passes, whatever its score; rows without a known area pass no bound of area. */
    function passing() {
      const { n, outlines } = app.data;
      const out = state.distance !== null && state.centre ? within(outlines, n, state.centre, state.distance) : new Uint8Array(n).fill(1);
      if (state.minimum !== null) for (let i = 0; i < n; i++) if (!(app.areas[i] >= state.minimum)) out[i] = 0;
      if (state.maximum !== null) for (let i = 0; i < n; i++) if (!(app.areas[i] <= state.maximum)) out[i] = 0;
      for (const column of columns) {
        const wanted = state.codes[column.name] ?? "";
        if (wanted === "") continue;
        const { codes } = column.of;
        for (let i = 0; i < n; i++) if ((codes[i] === codes[i] ? codes[i] : -1) !== Number(wanted)) out[i] = 0;
      }
      return out;
    }

    /** Take over filters that come from elsewhere; what makes no sense is left out. */
    function set(found) {
      for (const name of NUMBERS) state[name] = Number.isFinite(found[name]) && found[name] >= 0 ? found[name] : null;
      const [latitude, longitude] = found.centre || [];
      state.centre = Math.abs(latitude) < 85 && Math.abs(longitude) <= 180 ? [latitude, longitude] : null;
      if (!state.centre) state.distance = null;
      state.codes = {};
      for (const column of columns) {
        const wanted = found.codes ? found.codes[column.name] : undefined;
        if (wanted === "-1" || (/^\d{1,6}$/.test(wanted) && Number(wanted) < column.of.words.length)) state.codes[column.name] = wanted;
      }
      picking = false;
      render();
      if (app.result) changed();
    }

    /** What is filtered, in words, for the printed page. */
    function words() {
      const { say, pick: choose, number: write } = kanpo.strings;
      const out = [["minimum", "minimumArea"], ["maximum", "maximumArea"], ["width", "widestRange"], ["distance", "farthest"]]
        .filter(([name]) => state[name] !== null).map(([name, label]) => `${say(label)} ${write(state[name], 2)}`);
      for (const column of columns) {
        const wanted = state.codes[column.name] ?? "";
        if (wanted === "") continue;
        const code = column.of.words[Number(wanted)];
        out.push(`${choose(column.label)} ${code === undefined ? say("nothing") : choose(column.values[code] || code)}`);
      }
      return out;
    }

    return { render, passing, picked, set, words, state, width: () => state.width ?? Infinity };
  }

  kanpo.filters = { create, within };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
