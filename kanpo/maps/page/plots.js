/* Trial plots as polygons with their record in a popup, and a mark for each trial from afar. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const COLOURS = ["#cc79a7", "#009e73", "#56b4e9", "#e69f00", "#7b5ea7", "#b3de69", "#fb8072", "#bdbdbd"];
  const PLOT_ZOOM = 16.5;

  function add(L, map, plots) {
    if (!plots.length) return null;
    const { pick } = kanpo.strings;
    if (!map.getPane("kanpoPlots")) map.createPane("kanpoPlots").style.zIndex = 420;
    const treatments = [...new Set(plots.map((plot) => plot.treatment[0]))].sort();
    const near = L.layerGroup();
    const far = L.layerGroup();
    const trials = new Map();
    for (const plot of plots) {
      if (!plot.outline.length) continue;
      const shape = L.polygon(plot.outline, {
        pane: "kanpoPlots",
        color: "#1c1c1c",
        weight: 1.5,
        fillColor: COLOURS[treatments.indexOf(plot.treatment[0]) % COLOURS.length],
        fillOpacity: 0.85,
        bubblingMouseEvents: false,
      });
      shape.bindPopup(() => popup(plot), { maxWidth: 320, autoPanPadding: [24, 24] });
      near.addLayer(shape);
      const trial = plot.code[0];
      if (!trials.has(trial)) trials.set(trial, { bounds: L.latLngBounds([]), treatments: new Set(), count: 0 });
      const group = trials.get(trial);
      group.bounds.extend(shape.getBounds());
      group.treatments.add(pick(plot.treatment));
      group.count++;
    }
    for (const [code, trial] of trials) {
      const mark = L.circleMarker(trial.bounds.getCenter(), {
        pane: "kanpoPlots", radius: 8, color: "#fff", weight: 2, fillColor: "#c2185b", fillOpacity: 1,
        bubblingMouseEvents: false,
      });
      mark.bindPopup(() => trialPopup(map, code, trial), { maxWidth: 300 });
      far.addLayer(mark);
    }
    const show = () => {
      const close = map.getZoom() >= PLOT_ZOOM;
      map.removeLayer(close ? far : near);
      map.addLayer(close ? near : far);
    };
    map.on("zoomend", show);
    show();
    return { near, far };
  }

  function popup(plot) {
    const { make, given } = kanpo.dom;
    const { say, pick, number } = kanpo.strings;
    const rows = plot.rows.map(([label, value]) =>
      make("tr", null, make("th", { scope: "row" }, given(pick(label))),
        make("td", null, given(typeof value === "number" ? number(value, 3) : pick(value)))));
    return make("div", { class: "kanpo-popup" },
      make("h3", null, `${say("trialPlots")} `, given(plot.code.filter(Boolean).join(" / "))),
      make("p", { class: "kanpo-popup-treatment" }, `${say("treatment")}: `, given(pick(plot.treatment) || "–")),
      make("table", null, make("tbody", null, ...rows)));
  }

  function trialPopup(map, code, trial) {
    const { make, given } = kanpo.dom;
    const { say } = kanpo.strings;
    const zoom = () => map.fitBounds(trial.bounds, { maxZoom: 19, padding: [40, 40] });
    return make("div", { class: "kanpo-popup" },
      make("h3", null, `${say("trial")} `, given(code)),
      make("p", null, `${say("treatment")}: `, given([...trial.treatments].join(", "))),
      make("button", { type: "button", class: "kanpo-button", text: say("zoomIn"), on: { click: zoom } }));
  }

  kanpo.plots = { add };
})(globalThis);
