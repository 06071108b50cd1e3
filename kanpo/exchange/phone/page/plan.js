/* The plots as they lie, to be tapped. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const { el } = kanpo.dom;
  const { t } = kanpo.strings;

  /** A finger needs 44 px: a wide trial is scrolled rather than shrunk below that. */
  const FINGER = 44;

  function boxOf(corners) {
    const xs = corners.map(([x]) => x);
    const ys = corners.map(([, y]) => y);
    const [west, east, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    return { x: (west + east) / 2, y: (top + bottom) / 2, width: east - west, height: bottom - top };
  }

  /** What the codes of a trial differ in: TK26-07 is shown as 07. */
  function shortener(codes) {
    let common = codes[0] || "";
    for (const code of codes) while (!code.startsWith(common)) common = common.slice(0, -1);
    common = common.replace(/[^-_./ ]*$/, "");
    return (code) => code.slice(common.length) || code;
  }

  function view(state, width, onPlot, current) {
    const { plots, plan } = state.content;
    const boxes = plots.map((plot) => boxOf(plot.corners));
    const thinnest = Math.min(...boxes.map((box) => Math.min(box.width, box.height)));
    const scale = Math.max((width - 8) / plan.width, (FINGER + 1) / thinnest);
    const short = shortener(plots.map((plot) => plot.code));
    const picture = el("svg", { viewBox: `0 0 ${plan.width} ${plan.height}`, width: plan.width * scale, height: plan.height * scale, role: "group", "aria-label": t("plan") });
    plots.forEach((plot, nth) => {
      const progress = state.progressOf(plot);
      const name = short(plot.code);
      const size = Math.min(boxes[nth].height * 0.5, (boxes[nth].width / Math.max(name.length, 2)) * 1.4, 18 / scale);
      const shape = el("g", {
        class: `plot-shape ${progress}${plot === current ? " current" : ""}`,
        tabindex: 0,
        role: "button",
        "aria-label": `${plot.code} ${plot.treatment} ${t(progress)}`,
        onclick: () => onPlot(nth),
        onkeydown: (event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), onPlot(nth)),
      });
      const sign = { none: "", some: "…", all: "✓" }[progress];
      shape.append(
        el("polygon", { points: plot.corners.map((corner) => corner.join(",")).join(" ") }),
        el("text", { x: boxes[nth].x, y: boxes[nth].y, "font-size": size, "text-anchor": "middle", "dominant-baseline": "central" }, `${name}${sign}`),
      );
      picture.append(shape);
    });
    const north = el("span", { className: "north", title: t("north") }, el("span", { className: "arrow", style: `transform: rotate(${plan.north}deg)` }, "↑"), t("north"));
    const key = ["none", "some", "all"].map((name) => el("span", { className: `key ${name}` }, t(name)));
    return el("div", {}, el("h1", {}, t("plan")), el("p", { className: "keys" }, ...key, north), el("p", { className: "last" }, t("planHelp")), el("div", { className: "picture" }, picture));
  }

  kanpo.plan = { view, shortener };
})(globalThis);
