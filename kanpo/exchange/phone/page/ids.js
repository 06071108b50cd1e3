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

  /** The day on the clock of the phone. */
  const dayOf = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;

  /** The moment with its offset, so that nobody has to guess the time zone. */
  function momentOf(date) {
    const offset = -date.getTimezoneOffset();
    const sign = offset < 0 ? "-" : "+";
    const zone = `${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
    const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
    return `${dayOf(date)}T${time}.${String(date.getMilliseconds()).padStart(3, "0")}${zone}`;
  }

  kanpo.ids = { uuid7, dayOf, momentOf };
})(globalThis);
