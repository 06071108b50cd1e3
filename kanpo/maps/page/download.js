/* Tables as CSV that a spreadsheet shows rightly and safely, and files out of the page. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});

  /* First characters that make a spreadsheet take a text for a formula, in both widths. */
  const FORMULA = /^[=+\-@\t\r＝＋－＠]/;
  const MARK = "\ufeff";

  function cell(value) {
    if (value === null || value === undefined || value !== value) return "";
    if (typeof value === "number") return String(value);
    const text = FORMULA.test(value) ? `'${value}` : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }

  /** Rows of numbers and texts, the first of headers, with CRLF and a byte order mark. */
  function csv(rows) {
    return MARK + rows.map((row) => row.map(cell).join(",") + "\r\n").join("");
  }

  function save(name, text) {
    const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
    kanpo.dom.make("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }

  /** Put a text on the clipboard; resolves to whether that worked. */
  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false;
    }
  }

  /** A name for a file: what stands in it, and the seal of the map. */
  function fileName(stem, seal) {
    return `${stem}_${String(seal).replace(/[^0-9A-Za-z-]/g, "").slice(0, 40) || "kanpo"}.csv`;
  }

  kanpo.download = { csv, save, copy, fileName };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
