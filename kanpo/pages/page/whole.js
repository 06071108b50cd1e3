/* A page starts when all of it arrived, and its words of warning go when it did start. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const MARK = " kanpo-sha256:";

  /** Resolves when the browser has read the file to its end. */
  const read = () =>
    new Promise((done) => {
      if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", done, { once: true });
      else done();
    });

  /** Half of the mark in the last line is a cut, too; what somebody else put behind it is none. */
  function markIsCut() {
    let last = document.lastChild;
    while (last && last.nodeType === Node.TEXT_NODE) last = last.previousSibling;
    if (!last || last.nodeType !== Node.COMMENT_NODE) return false;
    const begins = MARK.startsWith(last.data.slice(0, MARK.length));
    return begins && !/^ kanpo-sha256:[0-9a-f]{64} $/.test(last.data);
  }

  const end = () => document.getElementById("kanpo-end");
  const endIsWhole = () => !!end() && end().textContent.endsWith("important}") && end().textContent.includes("#kanpo-stopped");

  /** Call `start` once the page is whole; `explain` gives the words for what stopped it, or nothing. */
  async function open(start, explain = () => "") {
    const guarded = document.getElementById("kanpo-cut");
    if (guarded) {
      await read();
      if (!endIsWhole() || markIsCut()) {
        end()?.remove();
        throw new Error("the page is cut off");
      }
    }
    try {
      const started = await start();
      for (const id of ["kanpo-cut", "kanpo-stopped", "kanpo-end"]) document.getElementById(id)?.remove();
      return started;
    } catch (error) {
      document.getElementById("kanpo-stopped")?.append(document.createElement("br"), explain(error) || `(${error})`);
      throw error;
    }
  }

  kanpo.whole = { open };
})(globalThis);
