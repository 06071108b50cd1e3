/* What was found on a parcel and what to find out next: measurements to make, visits, trials, its block. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});

  /** Means of the results of a parcel's plots by trial and treatment. */
  function means(plots) {
    const groups = new Map();
    for (const plot of plots) {
      const key = JSON.stringify([plot.code[0], plot.treatment]);
      if (!groups.has(key)) groups.set(key, { trial: plot.code[0], treatment: plot.treatment, plots: 0, sums: new Map() });
      const group = groups.get(key);
      group.plots++;
      for (const [label, value] of plot.results) {
        const name = JSON.stringify(label);
        const sum = group.sums.get(name) || { label, total: 0, n: 0 };
        sum.total += value;
        sum.n++;
        group.sums.set(name, sum);
      }
    }
    return [...groups.values()].map(({ sums, ...group }) => ({ ...group, results: [...sums.values()].map(({ label, total, n }) => ({ label, mean: total / n, n })) }));
  }

  function part(key, ...children) {
    return kanpo.dom.make("section", { class: "kanpo-part" }, kanpo.dom.make("h3", { text: kanpo.strings.say(key) }), ...children);
  }

  /** Unknown factors, the one that would narrow the range most first, with what it takes to know them. */
  function next(app, told) {
    const { make, given } = kanpo.dom;
    const { say, short } = kanpo.strings;
    if (told.excluded || !told.unknown.length) return null;
    return part("measureNext", make("ol", { class: "kanpo-next" }, ...told.unknown.map(({ factor, share }) => {
      const { label, cost } = app.data.factors[factor];
      const way = `cost:${cost}` in kanpo.strings.words ? ` (${say(`cost:${cost}`)})` : "";
      return make("li", null, given(short(label)), `${way} `, make("span", { class: "kanpo-origin", text: say("holdsOpen", { share: (100 * share).toFixed(0) }) }));
    })));
  }

  function visits(app, row) {
    const dates = app.data.visits.filter(([at]) => at === row).map(([, date]) => date);
    if (!dates.length) return null;
    return part("visits", kanpo.dom.make("p", null, kanpo.dom.given(dates.join(kanpo.strings.language() === "ja" ? "、" : ", "))));
  }

  function trials(app, row) {
    const { make, given } = kanpo.dom;
    const { say, pick, number } = kanpo.strings;
    const found = means(app.data.plots.filter((plot) => plot.parcel === row));
    if (!found.length) return null;
    const labels = [...new Map(found.flatMap(({ results }) => results.map(({ label }) => [JSON.stringify(label), label]))).entries()];
    const cell = (group, name) => {
      const result = group.results.find(({ label }) => JSON.stringify(label) === name);
      return make("td", { text: result ? `${number(result.mean, 1)} (${result.n})` : "–" });
    };
    return part("trialResults", make("table", { class: "kanpo-factors", id: "kanpo-trial-results" },
      make("thead", null, make("tr", null, ...[say("trial"), say("treatment"), say("plotCount"), ...labels.map(([, label]) => pick(label))].map((text) => make("th", { scope: "col" }, given(text))))),
      make("tbody", null, ...found.map((group) => make("tr", null, make("td", null, given(group.trial)), make("td", null, given(pick(group.treatment) || "–")),
        make("td", { text: String(group.plots) }), ...labels.map(([name]) => cell(group, name)))))),
      make("p", { class: "kanpo-small", text: say("meansNote") }));
  }

  kanpo.findings = { means, next, visits, trials };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
