/* Parcels that the reader keeps, with a decision and a note, and their way back to the office. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const DECISIONS = ["candidate", "selected", "deferred", "rejected"];
  const HEADERS = ["record_id", "happened_at", "actor", "parcel_id", "herb_id", "decision", "note", "supersedes", "reason"];
  const REASON = "地図で書き直し";
  const PLACE = "kanpo-favourites";
  const LONGEST_NOTE = 500;
  const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

  /** A UUID of version 7 (RFC 9562): 48 bits of milliseconds, then random. */
  function uuid7(milliseconds, random) {
    const bytes = random.slice(0, 16);
    for (let nth = 0, rest = milliseconds; nth < 6; nth++, rest = Math.floor(rest / 256)) bytes[5 - nth] = rest % 256;
    bytes[6] = 0x70 | (bytes[6] & 15);
    bytes[8] = 0x80 | (bytes[8] & 63);
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  const newId = () => uuid7(Date.now(), crypto.getRandomValues(new Uint8Array(16)));

  /** The day on this reader's clock. */
  function today() {
    const now = new Date();
    return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  }

  /** What `kanpo records import --kind decision` reads: every version that was ever sent, so that none is missed. */
  function table(kept, actor) {
    const row = (one, of) => [one.id, one.day, actor, of.parcel, of.herb, one.decision, one.note, one.supersedes, one.supersedes ? REASON : ""];
    return [HEADERS, ...kept.flatMap((one) => [...one.before, one].map((version) => row(version, one)))];
  }

  function version(one) {
    const fits = one && UUID.test(one.id) && DECISIONS.includes(one.decision) && typeof one.note === "string" && /^\d{4}-\d\d-\d\d$/.test(one.day);
    return fits ? { id: one.id, day: one.day, decision: one.decision, note: one.note.slice(0, LONGEST_NOTE), supersedes: UUID.test(one.supersedes) ? one.supersedes : "" } : null;
  }

  /** A kept parcel out of what this browser remembered, or null. */
  function checked(one) {
    const last = version(one);
    if (!last || typeof one.parcel !== "string" || typeof one.herb !== "string" || !Array.isArray(one.before)) return null;
    return { ...last, parcel: one.parcel, herb: one.herb, sent: one.sent === true, before: one.before.map(version).filter(Boolean) };
  }

  function create(app) {
    const { make, given, byId } = kanpo.dom;
    let { kept, elsewhere, actor } = remembered();

    function remembered() {
      try {
        const found = JSON.parse(root.localStorage.getItem(PLACE)) || {};
        const all = (found.kept || []).map(checked).filter(Boolean);
        // A newer map of the same fields shows what was kept on the older; other maps' parcels wait.
        const here = (one) => app.rowOf(one.parcel) >= 0;
        return { kept: all.filter(here), elsewhere: all.filter((one) => !here(one)), actor: String(found.actor || "").slice(0, 60) };
      } catch {
        return { kept: [], elsewhere: [], actor: "" };
      }
    }

    function remember() {
      try {
        root.localStorage.setItem(PLACE, JSON.stringify({ kept: [...elsewhere, ...kept], actor }));
      } catch {
        // A browser that keeps nothing: the choice lives as long as the page.
      }
    }

    const find = (row) => kept.find((one) => one.parcel === app.text("parcel_id", row) && one.herb === app.herb.id);

    function toggle(row) {
      const old = find(row);
      if (old) kept = kept.filter((one) => one !== old);
      else kept.push({ id: newId(), day: today(), parcel: app.text("parcel_id", row), herb: app.herb.id, decision: "candidate", note: "", sent: false, supersedes: "", before: [] });
      remember();
      render();
    }

    /** What was sent already stays as it was; a change becomes a record that takes its place. */
    function change(one, part) {
      if (one.sent) Object.assign(one, { before: [...one.before, version(one)], supersedes: one.id, id: newId(), day: today(), sent: false });
      Object.assign(one, part);
      remember();
    }

    function row(one) {
      const { say, pick } = kanpo.strings;
      const at = app.rowOf(one.parcel);
      const herb = app.data.herbs.find(({ id }) => id === one.herb);
      const decision = make("select", { "aria-label": say("decision") }, ...DECISIONS.map((key) => make("option", { value: key, text: say(`decision:${key}`), selected: key === one.decision })));
      decision.addEventListener("change", () => change(one, { decision: decision.value }));
      const note = make("textarea", { rows: "2", maxlength: String(LONGEST_NOTE), "aria-label": say("noteOf"), placeholder: say("noteOf") });
      note.value = one.note;
      note.addEventListener("input", () => change(one, { note: note.value }));
      const open = () => {
        if (herb) app.setHerb(herb.id);
        app.choose(at, { fly: true });
      };
      const remove = () => {
        kept = kept.filter((other) => other !== one);
        remember();
        render();
        app.card.refresh();
      };
      return make("li", { class: "kanpo-kept" },
        make("div", { class: "kanpo-kept-head" },
          make("button", { type: "button", class: "kanpo-link", on: { click: open } }, given(app.nameOf(at)), " / ", given(herb ? pick(herb.label) : one.herb)),
          make("button", { type: "button", class: "kanpo-close", "aria-label": say("remove"), title: say("remove"), text: "×", on: { click: remove } })),
        decision, note);
    }

    function render() {
      const { say } = kanpo.strings;
      byId("kanpo-tab-kept").textContent = `${say("kept")}${kept.length ? ` (${kept.length})` : ""}`;
      const who = make("input", { type: "text", maxlength: "60", value: actor, id: "kanpo-actor", autocomplete: "organization" });
      who.addEventListener("input", () => {
        actor = who.value;
        remember();
      });
      byId("kanpo-kept").replaceChildren(
        make("p", { class: "kanpo-small", text: say(kept.length ? "keptNote" : "keptNone") }),
        make("ul", { class: "kanpo-kept-list" }, ...kept.map(row)),
        ...(kept.length ? [
          make("label", { class: "kanpo-field" }, make("span", { text: say("actor") }), who),
          make("div", { class: "kanpo-actions" },
            make("button", { type: "button", class: "kanpo-button", id: "kanpo-kept-save", text: say("saveKept"), on: { click: save } }),
            make("button", { type: "button", class: "kanpo-button", id: "kanpo-kept-copy", text: say("copyKept"), on: { click: copy } })),
        ] : []));
    }

    function out() {
      const text = kanpo.download.csv(table(kept, actor.trim()));
      for (const one of kept) one.sent = true;
      remember();
      return text;
    }

    function save() {
      kanpo.download.save(kanpo.download.fileName("kanpo_decision", app.data.meta.seal), out());
    }

    async function copy() {
      app.tell(kanpo.strings.say((await kanpo.download.copy(out())) ? "copied" : "notCopied"));
    }

    return { render, toggle, has: (row) => Boolean(find(row)) };
  }

  kanpo.favourites = { create, uuid7, table, checked };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
