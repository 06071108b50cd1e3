/* What was typed, and what it is for a trait. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});

  /** Digits as a Japanese keyboard gives them, as plain ones. */
  const plain = (text) =>
    text
      .normalize("NFKC")
      .replace(/[、，]/g, ",")
      .replace(/[。]/g, ".")
      .replace(/[−‐‑–—ー]/g, "-")
      .trim();

  /** {state, value}: empty, wrong (no number), doubtful (outside what is usual) or good. */
  function read(trait, typed) {
    if (trait.type !== "number") {
      const text = typed.trim();
      return { state: text ? "good" : "empty", value: text };
    }
    let text = plain(typed);
    if (!text) return { state: "empty", value: "" };
    // A comma between digits is a thousands mark only where it stands like one.
    if (/^[-+]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text)) text = text.replaceAll(",", "");
    if (!/^[-+]?(\d+\.?\d*|\.\d+)$/.test(text)) return { state: "wrong", value: text };
    const number = Number(text);
    const low = trait.minimum !== null && number < trait.minimum;
    const high = trait.maximum !== null && number > trait.maximum;
    return { state: low || high ? "doubtful" : "good", value: String(number) };
  }

  const momentOf = (record) => Date.parse(record.happened_at) || 0;

  /** The standing records of a trial: those that no other corrects, by plot and trait, the newest last. */
  function standing(records) {
    const corrected = new Set(records.map((record) => record.supersedes).filter(Boolean));
    const found = new Map();
    const inOrder = [...records].sort((a, b) => momentOf(a) - momentOf(b) || (a.record_id < b.record_id ? -1 : 1));
    for (const record of inOrder) {
      if (corrected.has(record.record_id)) continue;
      const key = `${record.plot_code}\n${record.trait}`;
      if (!found.has(key)) found.set(key, []);
      found.get(key).push(record);
    }
    return found;
  }

  kanpo.values = { read, standing };
})(globalThis);
