/* Tells other tabs that something was recorded, by whatever reaches them: not every browser lets every way. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});

  /** Calls `heard` when another tab recorded; returns the function that tells the others. */
  function open(name, heard) {
    const place = `${name}/changed`;
    let radio = null;
    try {
      radio = new BroadcastChannel(name);
      radio.onmessage = () => heard();
    } catch {
      // Too old a browser; the other way remains, and each tab looks again when it comes to the front.
    }
    addEventListener("storage", (event) => event.key === place && heard());
    return () => {
      radio?.postMessage("recorded");
      try {
        localStorage.setItem(place, `${Date.now()} ${Math.random()}`);
      } catch {
        // Nothing is lost: it is only the news that does not arrive at once.
      }
    };
  }

  kanpo.signal = { open };
})(globalThis);
