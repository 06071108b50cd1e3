/* The card of one plot: a value is what was typed and confirmed; what is only typed is a draft of its day. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const { el } = kanpo.dom;
  const { t, of: both } = kanpo.strings;

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

  /** Day and time of a moment as it is written. */
  const dayAndTime = (moment) => `${moment.slice(0, 10)} ${moment.slice(11, 16)}`;

  function showToday(state, plot, trait, status) {
    const today = state.todayOf(plot, trait);
    if (!today.length) return status.say("", "");
    if (trait.type === "photo") return status.say("good", t("savedPhotos", { count: today.length, day: state.day() }));
    const record = today.at(-1);
    return status.say("good", t("saved", { value: wordOf(trait, record.value), moment: dayAndTime(record.happened_at) }));
  }

  /** One draft of another day: recorded as of its own day, or thrown away; never a value of today. */
  function earlierDraft(state, plot, trait, draft, after) {
    const status = statusLine();
    let doubted = false;
    const button = el("button", { type: "button", className: "button strong", onclick: () => record() }, t("recordAsOf", { day: draft.day }));
    async function record() {
      const { state: read, value } = kanpo.values.read(trait, draft.text);
      if (read === "wrong" || read === "empty") return status.say("bad", t("wrongDraft"));
      if (read === "doubtful" && !doubted) {
        doubted = true;
        button.textContent = t("anyway");
        return status.say("doubt", t("doubtful", bounds(trait)));
      }
      try {
        await state.putDraft(plot, trait, draft, value, doubted);
      } catch (error) {
        return status.say("bad", why(error));
      }
      return after();
    }
    const drop = () => state.dropDraft(draft).then(after, (error) => status.say("bad", why(error)));
    const words = el("p", { className: "status doubt" }, t("draftOf", { value: draft.text, moment: dayAndTime(draft.at) }));
    const discard = el("button", { type: "button", className: "button", onclick: drop }, t("discard"));
    return el("div", { className: "earlier" }, words, el("div", { className: "confirm" }, button, discard), status.line);
  }

  /** Number or text: {node, confirm, finish, show, refresh}. */
  function typed(state, plot, trait, labelId, onChange) {
    const status = statusLine();
    const number = trait.type === "number";
    const input = el(number ? "input" : "textarea", { id: `in-${trait.key}`, className: "typed", "aria-labelledby": labelId, autocomplete: "off" });
    if (number) input.inputMode = "decimal";
    else input.rows = 2;
    // With "next" some keyboards go on without a word to the page; with "done" they press Enter.
    if (number) input.enterKeyHint = "done";
    const doubt = el("div", { className: "confirm", hidden: true });
    const earlier = el("div", {});
    let touched = false;
    let queue = Promise.resolve(true);

    /** The field as it is when nothing was typed since: a draft of today, else what was recorded today, else nothing. */
    function show() {
      const draft = state.draftOf(plot, trait);
      const today = state.todayOf(plot, trait).at(-1);
      touched = false;
      doubt.hidden = true;
      input.removeAttribute("aria-invalid");
      input.value = draft ? draft.text : today ? today.value : "";
      input.classList.toggle("draft", !!draft);
      if (draft) status.say("doubt", t("draft", { moment: dayAndTime(draft.at) }));
      else showToday(state, plot, trait, status);
      showEarlier();
    }
    function showEarlier() {
      const after = () => (touched ? showEarlier() : show(), onChange());
      earlier.replaceChildren(...state.earlierDrafts(plot, trait).map((draft) => earlierDraft(state, plot, trait, draft, after)));
    }
    /** Resolves to whether nothing is left to decide. `here`: the person confirmed this very field. */
    async function commit(here, doubted) {
      // What was typed before midnight is a draft of that day now, and the field is empty.
      if (kanpo.app.checkDay()) return !state.earlierDrafts(plot, trait).length;
      const draft = state.draftOf(plot, trait);
      if (!touched && !draft) return true;
      if (!touched && !here) return leave("doubt", t("draft", { moment: dayAndTime(draft.at) }));
      const text = input.value;
      const { state: read, value } = kanpo.values.read(trait, text);
      doubt.hidden = true;
      if (read === "wrong") return leave("bad", t("wrong"));
      if (read === "doubtful" && !doubted) {
        doubt.hidden = false;
        return leave("doubt", t("doubtful", bounds(trait)));
      }
      try {
        if (read === "empty") await (draft ? state.dropDraft(draft) : null);
        else await state.put(plot, trait, value, read === "doubtful");
      } catch (error) {
        return leave("bad", why(error));
      }
      // Somebody may have typed on while it was written.
      if (input.value === text) show();
      else state.saveDraft(plot, trait, input.value).catch(() => status.say("bad", t("draftNotKept")));
      onChange();
      return true;
    }
    function leave(kind, text) {
      status.say(kind, text);
      input.setAttribute("aria-invalid", "true");
      return false;
    }
    /** One after the other, so that Enter and a tap on the button record once. */
    const confirm = (here = false, doubted = false) => (queue = queue.then(() => commit(here, doubted)));
    const confirmHere = async (doubted = false) => {
      if (await confirm(true, doubted)) kanpo.app.focusAfter(input);
    };

    input.addEventListener("beforeinput", () => kanpo.app.checkDay());
    input.addEventListener("input", () => {
      touched = true;
      doubt.hidden = true;
      input.removeAttribute("aria-invalid");
      input.classList.toggle("draft", !!input.value);
      if (input.value) status.say("doubt", t(number ? "typing" : "typingText"));
      else showToday(state, plot, trait, status);
      state.saveDraft(plot, trait, input.value).catch(() => status.say("bad", t("draftNotKept")));
      onChange();
    });
    if (number)
      input.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.isComposing) return;
        event.preventDefault();
        confirmHere();
      });
    doubt.append(
      el("button", { type: "button", className: "button strong", onclick: () => confirmHere(true) }, t("anyway")),
      el("button", { type: "button", className: "button", onclick: retype }, t("retype")),
    );
    function retype() {
      const draft = state.draftOf(plot, trait);
      if (draft) state.dropDraft(draft).catch(() => {});
      show();
      input.value = "";
      onChange();
      input.focus();
    }
    show();
    const button = el("button", { type: "button", className: "button", "aria-label": `${both(trait.label)} ${t("record")}`, onclick: () => confirmHere() }, t("record"));
    /** What is being typed stays, as long as the field still holds it. */
    const refresh = () => (touched && input.value === (state.draftOf(plot, trait)?.text ?? "") ? showEarlier() : show());
    return {
      node: el("div", {}, el("div", { className: "row" }, input, button), doubt, status.line, earlier),
      confirm,
      finish: () => queue,
      show,
      refresh,
    };
  }

  function categories(state, plot, trait, labelId, onChange) {
    const status = statusLine();
    const chosen = () => state.todayOf(plot, trait).at(-1)?.value;
    const buttons = trait.categories.map(([value, label]) =>
      el("button", { type: "button", className: "button category", "aria-pressed": String(chosen() === value), onclick: () => choose(value) }, el("b", {}, value), ` ${both(label)}`),
    );
    async function choose(value) {
      kanpo.app.checkDay();
      try {
        await state.put(plot, trait, value);
      } catch (error) {
        return status.say("bad", why(error));
      }
      show();
      return onChange();
    }
    function show() {
      buttons.forEach((button, nth) => button.setAttribute("aria-pressed", String(trait.categories[nth][0] === chosen())));
      showToday(state, plot, trait, status);
    }
    show();
    return { node: el("div", {}, el("div", { className: "choices", role: "group", "aria-labelledby": labelId }, ...buttons), status.line), show, refresh: show };
  }

  function photos(state, plot, trait, labelId, onChange) {
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
        onChange();
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
    const show = () => showToday(state, plot, trait, status);
    show();
    const label = el("label", { className: "button strong photo", htmlFor: input.id }, t("takePhoto"));
    const option = el("label", { className: "option", htmlFor: "keep-position" }, keep, ` ${t("position")}`);
    return { node: el("div", {}, input, label, option, thumbs, status.line), finish: () => queue, show, refresh: show };
  }

  /** {node, confirm, finish, show, refresh} of a plot. */
  function card(state, plot, onChange) {
    const parts = state.content.traits.map((trait) => {
      const labelId = `label-${trait.key}`;
      const make = trait.type === "photo" ? photos : trait.categories.length ? categories : typed;
      const made = make(state, plot, trait, labelId, onChange);
      const facts = el("p", { className: "last" });
      function showLast() {
        const last = state.lastOf(plot, trait);
        const shown = [trait.type === "photo" ? null : last ? t("last", { value: wordOf(trait, last.value), day: last.day }) : t("never")];
        if (trait.type === "number" && !trait.categories.length) shown.push(t("usual", bounds(trait)));
        facts.textContent = shown.filter(Boolean).join("　");
        facts.hidden = !facts.textContent;
      }
      showLast();
      const heading = el("h2", { id: labelId }, both(trait.label), trait.unit ? el("small", {}, ` ${trait.unit}`) : null);
      const node = el("section", { className: "trait" }, heading, facts, made.node);
      return { ...made, node, show: () => (showLast(), made.show()), refresh: () => (showLast(), made.refresh()) };
    });
    const places = plot.row && plot.column ? `　${t("place", { row: plot.row, column: plot.column })}` : "";
    const head = el("header", { className: "plot" }, el("h1", { tabIndex: -1, id: "plot" }, plot.code), el("p", {}, `${t("treatment")}: ${plot.treatment}${places}`));
    /** Confirm what was typed; resolves to whether nothing is left to decide. */
    async function confirm() {
      const settled = await Promise.all(parts.map((part) => (part.confirm ? part.confirm() : true)));
      return settled.every(Boolean);
    }
    const each = (name) => () => parts.forEach((part) => part[name]());
    const finish = () => Promise.all(parts.map((part) => part.finish?.()));
    return { node: el("div", {}, head, ...parts.map((part) => part.node)), confirm, finish, show: each("show"), refresh: each("refresh") };
  }

  kanpo.entry = { card };
})(globalThis);
