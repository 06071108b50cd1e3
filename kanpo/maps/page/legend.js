/* The legend: each class with its colour, its share of parcels and of area; a press hides it. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const ORDER = [1, 2, 3, 4, 5, 0];

  /** Count and area of each class among the rows that `shown` lets through. */
  function shares(classes, areas, shown) {
    const count = new Float64Array(6);
    const area = new Float64Array(6);
    for (let i = 0; i < classes.length; i++) {
      if (!shown[i]) continue;
      count[classes[i]]++;
      if (areas[i] === areas[i]) area[classes[i]] += areas[i];
    }
    return { count, area };
  }

  function render(place, { count, area }, hidden, toggle) {
    const { make } = kanpo.dom;
    const { say, number } = kanpo.strings;
    const focused = document.activeElement && document.activeElement.dataset.klass;
    const total = count.reduce((sum, one) => sum + one, 0);
    const totalArea = area.reduce((sum, one) => sum + one, 0);
    const percent = (part, whole) => (whole ? `${((100 * part) / whole).toFixed(part && part / whole < 0.1 ? 1 : 0)}%` : "–");
    const bar = make("div", { class: "kanpo-shares", "aria-hidden": "true" },
      ...ORDER.filter((code) => count[code]).map((code) =>
        make("span", { style: { flexGrow: count[code], background: swatch(code) } })));
    const items = ORDER.map((code) =>
      make("button", {
        type: "button",
        class: "kanpo-class",
        "aria-pressed": String(!hidden.has(code)),
        "data-klass": String(code),
        title: say("shareHint"),
        on: { click: () => toggle(code) },
      },
        make("span", { class: "kanpo-swatch", style: { background: swatch(code), borderColor: kanpo.style.lines[code] } }),
        make("span", { class: "kanpo-class-name" }, make("b", { text: code ? kanpo.kernel.CLASSES[code] : "?" }), ` ${say("class" + code)}`),
        make("span", { class: "kanpo-class-share", text: number(count[code], 0) }),
        make("span", { class: "kanpo-class-share", text: percent(count[code], total) }),
        make("span", { class: "kanpo-class-share", text: `${number(area[code] / 10000, 1)} ha` }),
        make("span", { class: "kanpo-class-share", text: percent(area[code], totalArea) })));
    const hatched = make("p", { class: "kanpo-hatched" }, make("span", { class: "kanpo-swatch kanpo-swatch-hatched" }), say("uncertain"));
    place.replaceChildren(bar, make("div", { class: "kanpo-classes" }, ...items), hatched);
    if (focused) place.querySelector(`[data-klass="${Number(focused)}"]`).focus();
  }

  function swatch(code) {
    return kanpo.style.fills[code];
  }

  kanpo.legend = { shares, render };
})(globalThis);
