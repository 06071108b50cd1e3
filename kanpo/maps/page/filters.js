/* Filters by area and by the codes of the parcel columns that have labels. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const CODED = ["devastation_class", "idle_class", "land_type"];

  function create(app) {
    const { make, byId } = kanpo.dom;
    const state = { minimum: 0, codes: {} };
    const columns = CODED.map((name) => app.data.columns.find((column) => column.name === name))
      .filter((column) => column && column.kind === "dictionary" && column.of.words.length);

    function render() {
      const { say, pick } = kanpo.strings;
      const area = make("input", { type: "number", min: "0", step: "100", inputmode: "numeric", id: "kanpo-minimum-area", value: state.minimum || null });
      area.addEventListener("input", () => {
        state.minimum = Number(area.value) || 0;
        changed();
      });
      const fields = [make("label", { class: "kanpo-field" }, make("span", { text: say("minimumArea") }), area)];
      for (const column of columns) {
        const choose = make("select", { "data-column": column.name },
          make("option", { value: "", text: say("all") }),
          ...column.of.words.map((code, nth) => make("option", { value: String(nth), text: pick(column.values[code] || code).slice(0, 60) })),
          make("option", { value: "-1", text: say("nothing") }));
        choose.value = state.codes[column.name] ?? "";
        choose.addEventListener("change", () => {
          state.codes[column.name] = choose.value;
          changed();
        });
        fields.push(make("label", { class: "kanpo-field" }, make("span", null, kanpo.dom.given(pick(column.label))), choose));
      }
      const clear = make("button", { type: "button", class: "kanpo-button", text: say("clear") });
      clear.addEventListener("click", () => {
        state.minimum = 0;
        state.codes = {};
        render();
        changed();
      });
      byId("kanpo-filter-fields").replaceChildren(...fields, clear);
      count();
    }

    function count() {
      const n = (state.minimum > 0) + Object.values(state.codes).filter((value) => value !== "").length;
      byId("kanpo-filter-count").textContent = n ? `(${n})` : "";
    }

    function changed() {
      count();
      app.refresh();
    }

    /** 1 for each row that passes; rows without a known area do not pass a least area. */
    function passing() {
      const out = new Uint8Array(app.data.n).fill(1);
      if (state.minimum > 0) for (let i = 0; i < out.length; i++) if (!(app.areas[i] >= state.minimum)) out[i] = 0;
      for (const column of columns) {
        const wanted = state.codes[column.name] ?? "";
        if (wanted === "") continue;
        const { codes } = column.of;
        for (let i = 0; i < out.length; i++) if ((codes[i] === codes[i] ? codes[i] : -1) !== Number(wanted)) out[i] = 0;
      }
      return out;
    }

    return { render, passing };
  }

  kanpo.filters = { create };
})(globalThis);
