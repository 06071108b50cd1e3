/* The present view as the part of the address after #, and back; nothing in it is believed unread. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const LONGEST = 8000;
  /* How each form of a curve is written: one letter, and numbers between commas (a blank: an open side). */
  const FORMS = { weight: "w", corners: "t", bell: "g", points: "p", classes: "k" };
  const NUMBER = /^-?\d{1,9}(\.\d{1,9})?(e-?\d{1,2})?$/;

  const short = (value) => (value === null ? "" : String(Number(value.toPrecision(9))));

  function written(name, value) {
    return name === "weight" ? short(value) : value.flat().map(short).join(",");
  }

  /** Numbers out of a text; null where one is blank, undefined where something else stands. */
  function numbers(text) {
    const parts = text.split(",");
    return parts.length <= 64 && parts.every((part) => part === "" || NUMBER.test(part)) ? parts.map((part) => (part === "" ? null : Number(part))) : undefined;
  }

  function read(name, text) {
    const found = numbers(text);
    if (!found) return undefined;
    if (name === "weight") return found.length === 1 ? found[0] : undefined;
    if (name !== "points") return found;
    return found.length % 2 ? undefined : Array.from({ length: found.length / 2 }, (_, nth) => found.slice(2 * nth, 2 * nth + 2));
  }

  /** The view as a text; only what differs from the map as it opens, but for the place. */
  function write(app) {
    const out = new URLSearchParams();
    const { state } = app.filters;
    out.set("herb", app.herb.id);
    const { lat, lng } = app.map.getCenter();
    out.set("at", [lat.toFixed(5), lng.toFixed(5), app.map.getZoom()].join(","));
    if (app.selected >= 0) out.set("parcel", app.text("parcel_id", app.selected));
    if (app.hidden.size) out.set("hide", [...app.hidden].sort().join(","));
    const wanted = kanpo.dom.byId("kanpo-search").value;
    if (wanted) out.set("find", wanted.slice(0, 200));
    for (const name of ["minimum", "maximum", "width", "distance"]) if (state[name] !== null) out.set(name, short(state[name]));
    if (state.distance !== null && state.centre) out.set("from", state.centre.map((degrees) => degrees.toFixed(6)).join(","));
    for (const [name, code] of Object.entries(state.codes)) if (code !== "") out.set(`c.${name}`, code);
    for (const place of app.changes.factors(app.herb)) {
      for (const [name, value] of Object.entries(app.changes.of(app.herb, place))) {
        out.set(`${FORMS[name]}.${app.data.factors[place].key}`, written(name, value));
      }
    }
    if (app.blocks.shown()) out.set("blocks", "1");
    out.set("lang", kanpo.strings.language());
    return out.toString();
  }

  /** Bring the page into the state that a text describes, if it names a herb; what is not valid does nothing. */
  function apply(app, text) {
    if (!text || text.length > LONGEST) return;
    const found = new URLSearchParams(text);
    const get = (name) => found.get(name) || "";
    const herb = app.data.herbs.find(({ id }) => id === get("herb"));
    if (!herb) return;
    const language = get("lang");
    if (["ja", "en"].includes(language) && language !== kanpo.strings.language()) app.setLanguage(language);
    app.herb = herb;
    app.changes.reset(herb);
    curves(app, found);
    app.hidden = new Set((numbers(get("hide")) || []).filter((code) => Number.isInteger(code) && code >= 0 && code <= 5));
    if (found.has("find")) kanpo.dom.byId("kanpo-search").value = get("find").slice(0, 200);
    const number = (name) => (NUMBER.test(get(name)) ? Number(get(name)) : null);
    app.filters.set({
      minimum: number("minimum"), maximum: number("maximum"), width: number("width"), distance: number("distance"),
      centre: numbers(get("from")),
      codes: Object.fromEntries([...found].filter(([name]) => name.startsWith("c.")).map(([name, code]) => [name.slice(2), code])),
    });
    app.setHerb(app.herb.id);
    if (get("blocks") === "1") app.blocks.show(true);
    const parcel = get("parcel");
    const row = parcel ? app.rowOf(parcel) : -1;
    if (row >= 0) app.choose(row, { focus: false });
    look(app, numbers(get("at")));
  }

  function curves(app, found) {
    for (const [key, text] of found) {
      const name = Object.keys(FORMS).find((form) => key.startsWith(`${FORMS[form]}.`));
      const place = app.data.factors.findIndex((factor) => factor.key === key.slice(2));
      const value = name && place >= 0 ? read(name, text) : undefined;
      if (value !== undefined) app.changes.set(app.herb, place, { [name]: value });
    }
  }

  function look(app, at) {
    if (!at || at.length !== 3 || at.includes(null)) return;
    const [latitude, longitude, zoom] = at;
    if (Math.abs(latitude) > 85 || Math.abs(longitude) > 180 || zoom < 0 || zoom > 20) return;
    app.map.setView([latitude, longitude], zoom, { animate: false });
  }

  kanpo.share = { write, apply, numbers, read };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
