/* The card of one plot: what is typed is kept at once, and only called recorded when it is. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const { el } = kanpo.dom;
  const { t, of: both } = kanpo.strings;

  const clockTime = (record) => record.happened_at.slice(11, 16);

  /** Half typed values survive a closed page; they are marked as not recorded. */
  const drafts = {
    get: (key) => attempt(() => localStorage.getItem(key)),
    set: (key, value) => attempt(() => (value ? localStorage.setItem(key, value) : localStorage.removeItem(key))),
  };
  function attempt(action) {
    try {
      return action();
    } catch {
      return null;
    }
  }

  const why = (error) => (error instanceof kanpo.store.NoSpace ? t("full") : t("failed", { why: error.name || "error" }));
  const wordOf = (trait, value) => {
    const found = trait.categories.find(([key]) => key === value);
    return found ? `${value} ${both(found[1])}` : `${value}${trait.unit ? ` ${trait.unit}` : ""}`;
  };
  const bounds = (trait) => ({ low: trait.minimum ?? "", high: trait.maximum ?? "" });

  /** A status line that screen readers speak. */
  function statusLine() {
    const line = el("p", { className: "status", role: "status" });
    return {
      line,
      say(kind, text) {
        line.className = `status ${kind}`;
        line.textContent = text;
      },
    };
  }

  function showToday(state, plot, trait, status) {
    const today = state.todayOf(plot, trait);
    if (!today.length) return status.say("", "");
    if (trait.type === "photo") return status.say("good", t("savedPhotos", { count: today.length }));
    const record = today.at(-1);
    status.say("good", t("saved", { value: wordOf(trait, record.value), time: clockTime(record) }));
  }

  /** Number or text: {node, settle}; settle resolves to whether nothing is left unrecorded. */
  function typed(state, plot, trait, labelId, onSaved) {
    const key = `${state.content.store}/draft/${plot.code}/${trait.key}`;
    const status = statusLine();
    const number = trait.type === "number";
    const input = el(number ? "input" : "textarea", { id: `in-${trait.key}`, className: "typed", "aria-labelledby": labelId, autocomplete: "off" });
    if (number) input.inputMode = "decimal";
    else input.rows = 2;
    const confirm = el("div", { className: "confirm", hidden: true });
    let queue = Promise.resolve(true);

    async function commit(confirmed) {
      const { state: found, value } = kanpo.values.read(trait, input.value);
      const today = state.todayOf(plot, trait).at(-1);
      confirm.hidden = true;
      if (found === "empty" && !today) return leave("", "", true);
      if (found === "empty" || (today && today.value === value)) {
        input.value = today.value;
        return done();
      }
      if (found === "wrong") return leave("bad", t("wrong"), false);
      if (found === "doubtful" && !confirmed) {
        confirm.hidden = false;
        return leave("doubt", t("doubtful", bounds(trait)), false);
      }
      try {
        await state.put(plot, trait, value, found === "doubtful");
      } catch (error) {
        return leave("bad", why(error), false);
      }
      input.value = value;
      onSaved();
      return done();
    }
    function done() {
      drafts.set(key, "");
      showToday(state, plot, trait, status);
      input.removeAttribute("aria-invalid");
      return true;
    }
    function leave(kind, text, settled) {
      status.say(kind, text);
      if (settled) drafts.set(key, "");
      settled ? input.removeAttribute("aria-invalid") : input.setAttribute("aria-invalid", "true");
      return settled;
    }
    /** One after the other, so that a blur and a tap on the button record once. */
    const settle = (confirmed = false) => (queue = queue.then(() => commit(confirmed)));

    input.addEventListener("input", () => drafts.set(key, input.value));
    input.addEventListener("change", () => settle());
    if (number)
      input.addEventListener("keydown", async (event) => {
        if (event.key !== "Enter" || event.isComposing) return;
        event.preventDefault();
        if (await settle()) kanpo.app.focusAfter(input);
      });
    confirm.append(
      el("button", { type: "button", className: "button strong", onclick: () => settle(true) }, t("anyway")),
      el("button", { type: "button", className: "button", onclick: () => { input.value = ""; settle(); input.focus(); } }, t("retype")),
    );
    const today = state.todayOf(plot, trait).at(-1);
    const draft = drafts.get(key);
    input.value = draft || (today ? today.value : "");
    if (draft && (!today || draft !== today.value)) status.say("doubt", t("draft"));
    else showToday(state, plot, trait, status);
    const button = el("button", { type: "button", className: "button", "aria-label": `${both(trait.label)} ${t("record")}`, onclick: () => settle() }, t("record"));
    return { node: el("div", {}, el("div", { className: "row" }, input, button), confirm, status.line), settle };
  }

  function categories(state, plot, trait, labelId, onSaved) {
    const status = statusLine();
    const chosen = () => state.todayOf(plot, trait).at(-1)?.value;
    const buttons = trait.categories.map(([value, label]) =>
      el("button", { type: "button", className: "button category", "aria-pressed": String(chosen() === value), onclick: () => choose(value) }, el("b", {}, value), ` ${both(label)}`),
    );
    async function choose(value) {
      try {
        await state.put(plot, trait, value);
      } catch (error) {
        return status.say("bad", why(error));
      }
      buttons.forEach((button, nth) => button.setAttribute("aria-pressed", String(trait.categories[nth][0] === chosen())));
      showToday(state, plot, trait, status);
      return onSaved();
    }
    showToday(state, plot, trait, status);
    return { node: el("div", {}, el("div", { className: "choices", role: "group", "aria-labelledby": labelId }, ...buttons), status.line), settle: async () => true };
  }

  function photos(state, plot, trait, labelId, onSaved) {
    const status = statusLine();
    const input = el("input", { id: `in-${trait.key}`, type: "file", accept: "image/*", className: "hidden-input", "aria-labelledby": labelId });
    input.setAttribute("capture", "environment");
    const keep = el("input", { type: "checkbox", id: "keep-position", checked: !!state.settings.position });
    keep.addEventListener("change", () => state.set("position", keep.checked).catch((error) => status.say("bad", why(error))));
    const thumbs = el("div", { className: "thumbs" });
    let queue = Promise.resolve(true);
    async function take(file) {
      try {
        const position = keep.checked ? kanpo.photo.positionOf(await file.slice(0, 262_144).arrayBuffer()) : null;
        const photo = await kanpo.photo.shrink(file);
        await state.putPhoto(plot, trait, photo, position);
        thumbs.append(el("img", { src: `data:image/jpeg;base64,${photo.base64}`, alt: both(trait.label), width: 72, height: 72 }));
        showToday(state, plot, trait, status);
        onSaved();
      } catch (error) {
        const unreadable = error.name === "InvalidStateError" || error.name === "EncodingError";
        status.say("bad", unreadable ? t("badPhoto") : why(error));
      }
      return true;
    }
    input.addEventListener("change", () => {
      const files = [...input.files];
      input.value = "";
      for (const file of files) queue = queue.then(() => take(file));
    });
    showToday(state, plot, trait, status);
    const label = el("label", { className: "button strong photo", htmlFor: input.id }, t("takePhoto"));
    const option = el("label", { className: "option", htmlFor: "keep-position" }, keep, ` ${t("position")}`);
    return { node: el("div", {}, input, label, option, thumbs, status.line), settle: () => queue };
  }

  /** {node, settle} of a plot. */
  function card(state, plot, onSaved) {
    const parts = state.content.traits.map((trait) => {
      const labelId = `label-${trait.key}`;
      const make = trait.type === "photo" ? photos : trait.categories.length ? categories : typed;
      const made = make(state, plot, trait, labelId, onSaved);
      const last = state.lastOf(plot, trait);
      const facts = [trait.type === "photo" ? null : last ? t("last", { value: wordOf(trait, last.value), day: last.day }) : t("never")];
      if (trait.type === "number" && !trait.categories.length) facts.push(t("usual", bounds(trait)));
      const shown = facts.filter(Boolean).join("　");
      const heading = el("h2", { id: labelId }, both(trait.label), trait.unit ? el("small", {}, ` ${trait.unit}`) : null);
      const node = el("section", { className: "trait" }, heading, shown ? el("p", { className: "last" }, shown) : null, made.node);
      return { node, settle: made.settle };
    });
    const places = plot.row && plot.column ? `　${t("place", { row: plot.row, column: plot.column })}` : "";
    const head = el("header", { className: "plot" }, el("h1", { tabIndex: -1, id: "plot" }, plot.code), el("p", {}, `${t("treatment")}: ${plot.treatment}${places}`));
    async function settle() {
      const settled = await Promise.all(parts.map((part) => part.settle()));
      return settled.every(Boolean);
    }
    return { node: el("div", {}, head, ...parts.map((part) => part.node)), settle };
  }

  kanpo.entry = { card };
})(globalThis);
