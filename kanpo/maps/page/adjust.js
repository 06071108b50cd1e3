/* Weights and requirement bounds of the herb, to be moved while map and ranking follow. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const STEPS = 200;
  const CORNERS = ["cornerLow", "cornerFrom", "cornerTo", "cornerHigh"];

  function create(app) {
    const { make, given, byId } = kanpo.dom;
    const aside = byId("kanpo-adjust");
    const shares = new Map();
    let opener = null;

    function open() {
      opener = document.activeElement;
      aside.hidden = false;
      byId("kanpo-adjust-open").setAttribute("aria-expanded", "true");
      render();
      aside.querySelector("h2").focus({ preventScroll: true });
    }

    function close() {
      if (aside.hidden) return;
      aside.hidden = true;
      byId("kanpo-adjust-open").setAttribute("aria-expanded", "false");
      if (opener && opener.isConnected) opener.focus({ preventScroll: true });
    }

    function render() {
      const { say, pick } = kanpo.strings;
      const herb = app.changes.apply(app.herb);
      const opened = new Set([...aside.querySelectorAll("details[open]")].map((one) => one.dataset.factor));
      shares.clear();
      aside.replaceChildren(
        make("div", { class: "kanpo-card-head" },
          make("h2", { tabindex: "-1", text: say("adjust") }),
          make("button", { type: "button", class: "kanpo-close", "aria-label": say("close"), text: "×", on: { click: close } })),
        make("p", { class: "kanpo-small" }, given(pick(app.herb.label)), ` ${say("adjustNote")}`),
        ...herb.requirements.map((requirement) => row(requirement, opened.has(String(requirement.factor)))),
        make("button", { type: "button", class: "kanpo-button", id: "kanpo-reset", text: say("resetAll"), on: { click: () => reset() } }));
      share();
    }

    function row(requirement, open) {
      const { say, short } = kanpo.strings;
      const factor = app.data.factors[requirement.factor];
      const name = short(factor.label);
      const value = make("output", { class: "kanpo-share" });
      shares.set(requirement.factor, value);
      const original = app.herb.requirements.find((one) => one.factor === requirement.factor);
      const weight = make("input", {
        type: "range", min: "0", max: String(Math.max(5, 2 * original.weight)), step: "0.05", value: String(requirement.weight),
        "aria-label": say("weightOf", { factor: name }), "data-weight": factor.key,
      });
      listen(weight, requirement.factor, () => ({ weight: Number(weight.value) }), null);
      return make("section", { class: "kanpo-adjust-row", "data-factor": factor.key },
        make("div", { class: "kanpo-adjust-head" }, make("b", null, given(name)),
          make("span", { class: "kanpo-changed-mark", text: say("changed"), hidden: !app.changes.of(app.herb, requirement.factor) }), value),
        weight,
        make("details", { open, "data-factor": String(requirement.factor) },
          make("summary", { text: say("bounds") }),
          ...shape(requirement, factor),
          make("button", { type: "button", class: "kanpo-button kanpo-reset-one", text: say("resetOne"), on: { click: () => reset(requirement.factor) } })));
    }

    /** The controls of a requirement's curve, whatever its form. */
    function shape(requirement, factor) {
      const { say, pick, number } = kanpo.strings;
      const place = requirement.factor;
      const now = () => app.changes.apply(app.herb).requirements.find((one) => one.factor === place);
      if (requirement.classes) {
        return requirement.classes.map((_, nth) =>
          pair(place, pick(factor.class_labels[nth]), [0, 1], () => now().classes[nth], (value) => ({ classes: replaced(now().classes, nth, between(value, 0, 1)) })));
      }
      const range = span(requirement, factor);
      if (requirement.bell) {
        const width = range[1] - range[0];
        return [
          pair(place, say("bellCentre"), range, () => now().bell[0], (value) => ({ bell: [value, now().bell[1]] })),
          pair(place, say("bellSigma"), [width / STEPS, width / 2], () => now().bell[1], (value) => ({ bell: [now().bell[0], value] })),
        ];
      }
      if (requirement.points) {
        return requirement.points.map(([x], nth) =>
          pair(place, `${say("fitAt")} ${number(x, 2)}`, [0, 1], () => now().points[nth][1], (value) => ({ points: replaced(now().points, nth, [x, between(value, 0, 1)]) })));
      }
      return requirement.corners.flatMap((corner, nth) =>
        corner === null ? [] : [pair(place, say(CORNERS[nth]), range, () => now().corners[nth], (value) => ({ corners: replaced(now().corners, nth, hemmed(now().corners, nth, value)) }))]);
    }

    const replaced = (list, nth, value) => list.map((old, at) => (at === nth ? value : old));
    const between = (value, least, most) => Math.min(most, Math.max(least, value));

    /** A corner may not pass its neighbours. */
    function hemmed(corners, nth, value) {
      const known = (part) => part.filter((corner) => corner !== null);
      return between(value, Math.max(-Infinity, ...known(corners.slice(0, nth))), Math.min(Infinity, ...known(corners.slice(nth + 1))));
    }

    /** A slider and a number for one value that `read` tells and `part` changes. */
    function pair(factor, label, [least, most], read, part) {
      const step = String(10 ** Math.floor(Math.log10((most - least) / STEPS)));
      const slider = make("input", { type: "range", min: String(least), max: String(most), step, "aria-hidden": "true", tabindex: "-1" });
      const number = make("input", { type: "number", step: "any", "aria-label": label });
      const show = () => {
        slider.value = String(read());
        number.value = String(round(read()));
      };
      listen(slider, factor, () => part(Number(slider.value)), () => (number.value = String(round(read()))));
      listen(number, factor, () => (number.value === "" ? {} : part(Number(number.value))), () => (slider.value = String(read())));
      for (const input of [slider, number]) input.addEventListener("change", show);
      show();
      return make("div", { class: "kanpo-pair" }, make("span", { "aria-hidden": "true" }, given(label)), slider, number);
    }

    const round = (value) => Number(value.toPrecision(6));

    /** From where to where a curve's sliders go: the known values and the curve itself, within what is possible. */
    function span(requirement, factor) {
      const turns = [...(requirement.corners || []).filter((corner) => corner !== null), ...(requirement.bell ? [requirement.bell[0] - 2 * requirement.bell[1], requirement.bell[0] + 2 * requirement.bell[1]] : [])];
      let [least, most] = [Math.min(...turns), Math.max(...turns)];
      for (const value of factor.values) {
        if (value < least) least = value;
        if (value > most) most = value;
      }
      const margin = (most - least || 1) * 0.1;
      return [between(least - margin, ...factor.range), between(most + margin, ...factor.range)];
    }

    function listen(input, factor, part, follow) {
      input.addEventListener("input", () => {
        if (!app.changes.set(app.herb, factor, part())) return;
        if (follow) follow();
        share();
        app.follow(factor);
      });
      input.addEventListener("pointerdown", () => app.scorer.hold(app.current(), factor));
      input.addEventListener("change", () => app.settle());
    }

    /** Each factor's share of the weight, and which rows differ from what came with the map. */
    function share() {
      const { requirements } = app.changes.apply(app.herb);
      const total = requirements.reduce((sum, one) => sum + one.weight, 0);
      for (const { factor, weight } of requirements) {
        const output = shares.get(factor);
        output.textContent = total ? `${((100 * weight) / total).toFixed(0)}%` : "–";
        output.parentElement.querySelector(".kanpo-changed-mark").hidden = !app.changes.of(app.herb, factor);
      }
    }

    function reset(factor) {
      app.changes.reset(app.herb, factor);
      app.settle();
      render();
    }

    byId("kanpo-adjust-open").addEventListener("click", () => (aside.hidden ? open() : close()));
    return { render: () => aside.hidden || render(), close, isOpen: () => !aside.hidden };
  }

  kanpo.adjust = { create };
})(globalThis);
