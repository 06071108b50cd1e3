/* The head of the page, and what the map says about itself. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});

  function head(app) {
    const { make, given, byId } = kanpo.dom;
    const { say, pick } = kanpo.strings;
    const { meta } = app.data;
    const logo = /^data:image\/(png|jpeg);base64,/.test(meta.logo) ? make("img", { src: meta.logo, class: "kanpo-logo", alt: "" }) : "";
    byId("kanpo-title").replaceChildren(logo, given(pick(meta.title)));
    const note = byId("kanpo-note");
    note.replaceChildren(given(pick(meta.note)));
    note.hidden = !pick(meta.note);
    const facts = [["made", meta.made_at], ["audience", pick(meta.audience)], ["seal", meta.seal]].filter(([, text]) => text);
    byId("kanpo-facts").replaceChildren(...facts.map(([key, text]) =>
      make("div", { title: text }, make("dt", { text: say(key) }), make("dd", { class: `kanpo-fact-${key}` }, given(text)))));
    byId("kanpo-stale").hidden = !meta.stale;
    byId("kanpo-language").textContent = say("otherLanguage");
    byId("kanpo-language").lang = kanpo.strings.language() === "ja" ? "en" : "ja";
    for (const element of document.querySelectorAll("[data-text]")) element.textContent = say(element.dataset.text);
    for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", say(element.dataset.label));
    for (const element of document.querySelectorAll("[data-placeholder]")) element.placeholder = say(element.dataset.placeholder);
    document.documentElement.lang = kanpo.strings.language();
  }

  function render(app) {
    const { make, given, byId } = kanpo.dom;
    const { say, pick, number } = kanpo.strings;
    const { data } = app;
    const { bounds, sources, seal, made_at, audience } = data.meta;
    const part = (key, ...children) => make("section", null, make("h3", { text: say(key) }), ...children);
    const listed = sources.map((source) =>
      make("li", null, make("b", null, given(pick(source.title))),
        make("span", null, given([pick(source.source), pick(source.licence), source.date].filter(Boolean).join(" / ")))));
    const about = byId("kanpo-about");
    about.replaceChildren(
      make("div", { class: "kanpo-card-head" }, make("h2", { id: "kanpo-about-title", text: say("about") }),
        make("button", { type: "button", class: "kanpo-close", "aria-label": say("close"), text: "×", on: { click: () => about.close() } })),
      part("contains",
        make("p", { text: say("containsText", { n: number(data.n, 0), herbs: data.herbs.length }) }),
        make("p", { text: say(app.hasTiles() ? "tilesNote" : "network") }),
        make("p", null, `${say("made")}: `, given(made_at), ` / ${say("audience")}: `, given(pick(audience))),
        make("p", { class: "kanpo-seal" }, `${say("seal")}: `, given(seal))),
      part("reading", make("p", { text: say("readingText", { s1: bounds[0], s2: bounds[1], s3: bounds[2] }) }), make("p", { text: say("readingSure") }), make("p", { text: say("readingAfter") })),
      part("precision", make("p", { text: say("precisionText", { m: data.precision }) })),
      part("sources", listed.length ? make("ul", { class: "kanpo-sources" }, ...listed) : make("p", { text: say("noSources") }), make("p", { class: "kanpo-small", text: say("software") })));
  }

  /** Everywhere that must say so: what the reader changed; and the line of the printed page. */
  function changed(app) {
    const { byId } = kanpo.dom;
    const { say, pick, short } = kanpo.strings;
    const factors = app.changes.factors(app.herb).map((place) => short(app.data.factors[place].label));
    byId("kanpo-changed").hidden = !factors.length;
    byId("kanpo-changed-text").textContent = factors.length ? say("changedText", { list: factors.join(kanpo.strings.language() === "ja" ? "、" : ", ") }) : "";
    const { seal, made_at } = app.data.meta;
    const parts = [pick(app.herb.label), ...app.filters.words(), byId("kanpo-changed-text").textContent, `${say("made")} ${made_at}`, `${say("seal")} ${seal}`];
    byId("kanpo-print-line").replaceChildren(kanpo.dom.given(parts.filter(Boolean).join(" / ").slice(0, 600)));
  }

  kanpo.about = { head, render, changed };
})(globalThis);
