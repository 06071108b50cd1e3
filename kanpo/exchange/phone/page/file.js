/* The file that is handed over: JSON with one record to a line, so that the part before a cut can be read. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});

  const lines = (list) => list.map((entry) => `\n${JSON.stringify(entry)}`).join(",");

  /** Records first, photos after them: what is cut off is a photo rather than a value. */
  function text(head, records, photos) {
    const start = JSON.stringify({ kanpo: "phone", form: 1, ...head });
    const end = JSON.stringify({ records: records.length, photos: photos.length });
    return `${start.slice(0, -1)},"records":[${lines(records)}\n],"photos":[${lines(photos)}\n],"end":${end}}\n`;
  }

  /** A name that every system takes, and that says trial, day and device. */
  function name(trial, day, device) {
    const safe = trial.replace(/[^\p{L}\p{N}_-]/gu, "_").slice(0, 60);
    return `${safe}_${day}_${device.slice(0, 6)}.kanpo.json`;
  }

  kanpo.file = { text, name };
})(globalThis);
