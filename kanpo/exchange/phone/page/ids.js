/* Ids of records and moments in time, as the project file has them. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});

  let lastTime = 0;
  let counter = 0;

  /** A UUID of version 7 (RFC 9562, 5.7); those of one page sort in the order in which they were made. */
  function uuid7(time = Date.now(), random = crypto.getRandomValues(new Uint8Array(10))) {
    if (time > lastTime) {
      lastTime = time;
      counter = 0;
    } else if (++counter > 4095) {
      // The clock went back or stood still for 4096 records: count on from the last id.
      lastTime += 1;
      counter = 0;
    }
    const hex = (value, length) => value.toString(16).padStart(length, "0");
    const tail = [...random.slice(0, 8)];
    tail[0] = (tail[0] & 63) | 128;
    const rest = tail.map((byte) => hex(byte, 2)).join("");
    const head = hex(lastTime, 12);
    return `${head.slice(0, 8)}-${head.slice(8)}-7${hex(counter, 3)}-${rest.slice(0, 4)}-${rest.slice(4)}`;
  }

  const two = (value) => String(value).padStart(2, "0");
  const formats = new Map();

  /** A format that gives the wall clock of a time zone; null where the browser does not know the zone. */
  function wallClock(zone) {
    if (!formats.has(zone)) {
      const parts = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" };
      try {
        formats.set(zone, new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", { timeZone: zone, hourCycle: "h23", ...parts }));
      } catch {
        formats.set(zone, null);
      }
    }
    return formats.get(zone);
  }

  /** Minutes by which a zone is ahead of UTC; that of the phone where no zone is said or known. */
  function offsetOf(date, zone) {
    const format = zone ? wallClock(zone) : null;
    if (!format) return -date.getTimezoneOffset();
    const { year, month, day, hour, minute, second } = Object.fromEntries(format.formatToParts(date).map((part) => [part.type, Number(part.value)]));
    return Math.round((Date.UTC(year, month - 1, day, hour, minute, second) - date.getTime()) / 60_000);
  }

  /** The moment with its offset, so that nobody has to guess the time zone. */
  function momentOf(date, zone) {
    const offset = offsetOf(date, zone);
    const sign = offset < 0 ? "-" : "+";
    const away = `${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
    return `${new Date(date.getTime() + 60_000 * offset).toISOString().slice(0, -1)}${away}`;
  }

  /** The day in a zone, whatever the phone is set to. */
  const dayOf = (date, zone) => momentOf(date, zone).slice(0, 10);

  kanpo.ids = { uuid7, dayOf, momentOf };
})(globalThis);
