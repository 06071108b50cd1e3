/* Handing over: one file with all records and photos of this phone. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const { el } = kanpo.dom;
  const { t } = kanpo.strings;

  const LOW = 20_000_000;

  function sizeText(bytes) {
    if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
    return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.round(bytes / 1e3)} KB`;
  }

  /** {name, text, records, photos}: read from the disk, so that another tab's records are there too. */
  async function make(state) {
    const records = await state.store.records();
    records.sort((a, b) => (a.record_id < b.record_id ? -1 : 1));
    const photos = await state.store.photos();
    const { trial, project, made } = state.content;
    const head = { trial, project, device: state.settings.device, page: made, written: state.now() };
    return {
      name: kanpo.file.name(trial, state.day(), state.settings.device),
      text: kanpo.file.text(head, records, photos),
      records: records.length,
      photos: photos.length,
    };
  }

  function download(made) {
    const address = URL.createObjectURL(new Blob([made.text], { type: "application/json" }));
    const link = el("a", { href: address, download: made.name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }

  /** As JSON where the system shares that, else as text: kanpo goes by the content, not by the name. */
  function shareable(made) {
    for (const [name, type] of [[made.name, "application/json"], [`${made.name}.txt`, "text/plain"]]) {
      const data = { files: [new File([made.text], name, { type })], title: name };
      if (navigator.canShare?.(data)) return data;
    }
    return null;
  }

  async function view(state) {
    const status = el("p", { className: "status", role: "status" });
    const photos = state.records.filter((record) => record.trait === "photo").length;
    const left = await kanpo.store.room();
    const counts = el("p", { id: "counts" });
    const count = () => (counts.textContent = t("counts", { records: state.records.length, photos, open: state.notHanded() }));
    count();
    async function over(made) {
      status.className = "status good";
      status.textContent = t("handed", made);
      // A full phone can still hand over; only the mark that it did is missing then.
      await state.set("handedCount", made.records).catch(() => {});
      count();
    }
    async function share() {
      const made = await make(state);
      try {
        await navigator.share(shareable(made));
      } catch {
        status.className = "status doubt";
        status.textContent = t("notShared");
        return;
      }
      await over(made);
    }
    const waiting = state.plotsWithDrafts();
    const drafts = waiting.length ? el("p", { className: "status doubt", id: "open-drafts" }, t("draftsLeft", { plots: waiting.map((plot) => plot.code).join("、") })) : null;
    const probe = { name: "a.kanpo.json", text: "{}" };
    const save = async () => {
      const made = await make(state);
      download(made);
      await over(made);
    };
    return el(
      "div",
      {},
      el("h1", {}, t("hand")),
      counts,
      drafts,
      shareable(probe) ? el("button", { type: "button", className: "button strong wide", onclick: share }, t("share")) : null,
      el("button", { type: "button", id: "save", className: "button strong wide", onclick: save }, t("save")),
      status,
      el("p", {}, t("handHelp")),
      el("p", { className: left !== null && left < LOW ? "status doubt" : "last", id: "room" }, left === null ? t("roomUnknown") : t("room", { room: sizeText(left) }), left !== null && left < LOW ? ` ${t("roomLow")}` : ""),
      el("p", { className: "last" }, t("kept")),
      el("p", { className: "last" }, t("made", { day: state.content.made, seal: state.content.seal })),
    );
  }

  kanpo.hand = { view, make, sizeText };
})(globalThis);
