/* The page: who records, which plot, which view, which day. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const { el, byId } = kanpo.dom;
  const { t, of: both } = kanpo.strings;

  const app = (kanpo.app = { state: null, at: 0, view: "walk", card: null, day: "" });

  /** How often the page looks whether the day has turned; whatever is done looks, too. */
  const LOOK_MS = 3_000;

  const content = JSON.parse(byId("content").textContent);
  const plotNow = () => content.plots[app.at];

  function fill(id, ...children) {
    byId(id).replaceChildren(...children.filter(Boolean));
  }

  function drawHead() {
    document.documentElement.lang = kanpo.strings.isEnglish() ? "en" : "ja";
    const done = content.plots.filter((plot) => app.state.progressOf(plot) === "all").length;
    byId("title").textContent = `${content.trial} ${both(content.herb)}`;
    byId("progress").textContent = t("progress", { done, all: content.plots.length });
    byId("day").textContent = app.state.day();
    const drafts = app.state.plotsWithDrafts().length;
    byId("drafts").hidden = !drafts || byId("tabs").hidden;
    byId("drafts").textContent = t("drafts", { count: drafts });
    byId("bar").max = content.plots.length;
    byId("bar").value = done;
    byId("bar").setAttribute("aria-label", byId("progress").textContent);
    byId("person").textContent = app.state.settings.person || t("who");
    byId("person").setAttribute("aria-label", `${t("person")}: ${app.state.settings.person || ""}`);
    byId("language").textContent = t("language");
    for (const name of ["walk", "plan", "hand"]) {
      byId(`go-${name}`).textContent = t(name);
      app.view === name ? byId(`go-${name}`).setAttribute("aria-current", "page") : byId(`go-${name}`).removeAttribute("aria-current");
    }
  }

  async function draw() {
    app.card = null;
    app.day = app.state.day();
    byId("steps").hidden = app.view !== "walk";
    if (app.view === "walk") {
      app.card = kanpo.entry.card(app.state, plotNow(), drawHead);
      fill("main", app.card.node);
      byId("previous").textContent = `◀ ${t("previous")}`;
      byId("next").textContent = `${t("next")} ▶`;
      byId("gap").textContent = t("gap");
      byId("where").textContent = `${app.at + 1} / ${content.plots.length}`;
      byId("previous").disabled = app.at === 0;
      byId("next").disabled = app.at === content.plots.length - 1;
    } else if (app.view === "plan") {
      fill("main", kanpo.plan.view(app.state, byId("main").clientWidth, (nth) => go("walk", nth), plotNow()));
      byId("main").querySelector(".current")?.scrollIntoView({ block: "center", inline: "center" });
    } else {
      fill("main", await kanpo.hand.view(app.state));
    }
    drawHead();
    scrollTo(0, 0);
  }

  /** Go to a view or a plot. What is typed and not confirmed stays behind as a draft. */
  async function go(view, at = app.at) {
    await app.card?.finish();
    app.view = view;
    if (at >= 0 && at < content.plots.length) app.at = at;
    await draw();
    byId("plot")?.focus({ preventScroll: true });
  }

  /** To the next plot, which confirms what was typed here; only when nothing is left to decide. */
  async function goOn() {
    // Whoever presses it in the first seconds of a day sees the new day first.
    if (app.checkDay() || (app.card && !(await app.card.confirm()))) {
      byId("main").querySelector("[aria-invalid], .earlier button")?.focus();
      return;
    }
    await go("walk", app.at + 1);
  }

  /** Whether another day has begun than the one that the screen shows: then it shows the new one. */
  app.checkDay = () => {
    if (!app.state || app.day === app.state.day()) return false;
    app.day = app.state.day();
    if (app.card) app.card.show();
    else if (app.view !== "walk") draw();
    drawHead();
    return true;
  };

  /** What other tabs recorded comes onto this screen; what is being typed stays. */
  async function look() {
    app.checkDay();
    await app.state.reload();
    app.card?.refresh();
    drawHead();
  }

  /** Back from the dark, from another app or from the next page: the store may have been closed meanwhile. */
  function wake() {
    app.state.store.reopen();
    // WebKit empties fields of a page that it wakes; what was half typed is still held here.
    app.card?.refresh();
    look().catch(() => {});
  }

  function nextGap() {
    const count = content.plots.length;
    for (let step = 1; step <= count; step++) {
      const nth = (app.at + step) % count;
      if (app.state.progressOf(content.plots[nth]) !== "all") return go("walk", nth);
    }
    return go("plan");
  }

  /** After Enter: the next empty number on the card, else the button that leads on. */
  app.focusAfter = (input) => {
    const inputs = [...byId("main").querySelectorAll("input.typed")];
    const next = inputs.slice(inputs.indexOf(input) + 1).find((other) => !other.value);
    (next || (app.at < content.plots.length - 1 ? byId("next") : byId("gap"))).focus();
  };

  function askPerson() {
    const known = app.state.settings.people || [];
    const name = el("input", { id: "name", className: "typed", autocomplete: "off", value: "" });
    const status = el("p", { className: "status", role: "status" });
    async function use(chosen) {
      const person = chosen.normalize("NFC").trim().slice(0, 60);
      if (!person) return name.focus();
      try {
        await app.state.set("people", [person, ...known.filter((other) => other !== person)].slice(0, 12));
        await app.state.set("person", person);
        kanpo.store.persist();
      } catch {
        status.className = "status bad";
        status.textContent = t("full");
        return undefined;
      }
      byId("tabs").hidden = false;
      return go("walk");
    }
    byId("steps").hidden = byId("tabs").hidden = true;
    app.card = null;
    const form = el("form", { onsubmit: (event) => (event.preventDefault(), use(name.value)) }, el("label", { htmlFor: "name" }, t("whoAsk")), name, el("button", { type: "submit", className: "button strong wide", id: "start" }, t("start")), status);
    const others = known.map((person) => el("button", { type: "button", className: "button wide", onclick: () => use(person) }, person));
    fill("main", el("h1", {}, t("who")), ...others, form);
  }

  async function changePerson() {
    await app.card?.finish();
    askPerson();
    drawHead();
  }

  function goToDraft() {
    const [plot] = app.state.plotsWithDrafts();
    return plot ? go("walk", content.plots.indexOf(plot)) : undefined;
  }

  async function start() {
    kanpo.strings.useEnglish(content.language === "en");
    const store = await kanpo.store.open(content.store);
    if (!store) {
      byId("steps").hidden = true;
      fill("main", el("p", { className: "status bad", role: "alert" }, t("noStore")));
      return;
    }
    const tell = kanpo.signal.open(content.store, () => look().catch(() => {}));
    app.state = await kanpo.state.make(content, { ...store, putRecord: told(store.putRecord), putPhoto: told(store.putPhoto) });
    /** Other tabs hear of it once it is on the disk. */
    function told(write) {
      return async (...given) => {
        const made = await write(...given);
        tell();
        return made;
      };
    }
    if (app.state.settings.english !== undefined) kanpo.strings.useEnglish(app.state.settings.english);
    app.at = Math.max(0, content.plots.findIndex((plot) => app.state.progressOf(plot) !== "all"));
    listen();
    byId("head").hidden = byId("tabs").hidden = false;
    if (app.state.settings.person) await draw();
    else askPerson();
    drawHead();
  }

  function listen() {
    for (const view of ["walk", "plan", "hand"]) byId(`go-${view}`).addEventListener("click", () => go(view));
    byId("previous").addEventListener("click", () => go("walk", app.at - 1));
    byId("next").addEventListener("click", goOn);
    byId("gap").addEventListener("click", nextGap);
    byId("drafts").addEventListener("click", goToDraft);
    byId("person").addEventListener("click", changePerson);
    byId("language").addEventListener("click", async () => {
      kanpo.strings.useEnglish(!kanpo.strings.isEnglish());
      await app.state.set("english", kanpo.strings.isEnglish()).catch(() => {});
      await app.card?.finish();
      if (byId("tabs").hidden) askPerson();
      else await draw();
      drawHead();
    });
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look().catch(() => {}));
    root.addEventListener("focus", () => app.checkDay());
    root.addEventListener("pageshow", (event) => event.persisted && wake());
    setInterval(app.checkDay, LOOK_MS);
  }

  root.kanpoReady = kanpo.whole.open(start);
})(globalThis);
