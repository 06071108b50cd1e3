/* Colours of the classes: told apart with any colour vision, and in grey by their lightness. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});

  const fills = ["#dcdcd8", "#08519c", "#41a1b8", "#f0c94f", "#d8741c", "#6f6a66"];
  const pales = ["#dcdcd8", "#8fb3d9", "#aed9e1", "#f9ebbf", "#f0c7a0", "#aaa5a0"];
  /* For herbs that too little is known of. */
  const mutes = ["#dcdcd8", "#b7c3cf", "#c5d2d4", "#ddd9c8", "#d8cbbd", "#c3c0bd"];
  const lines = ["#8a8a8a", "#04305f", "#1f6c80", "#a8841a", "#8f470a", "#3f3b38"];
  const inks = ["#3c3c3c", "#ffffff", "#062b33", "#3d2f00", "#ffffff", "#ffffff"];

  /** The colour of a code: the class's own where it is sure, its pale tone where it is not, a muted one for reference. */
  function tone(code) {
    return [fills, pales, pales, mutes][code >> 3][code & 7];
  }

  /** Whether a code is drawn hatched: its class depends on measuring. */
  const hatched = (code) => code >> 3 === 2;

  /** The colour of a dot as the four bytes of a picture in one number (little-endian). */
  function dot(code) {
    if (code === 255) return 0x28505a5a;
    const colour = code ? tone(code) : lines[0];
    const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  }

  /** A hatch of the class's colour over its pale tone, as a canvas pattern. */
  function hatch(context, code, ratio) {
    const side = Math.round(7 * ratio);
    const tile = document.createElement("canvas");
    tile.width = tile.height = side;
    const pen = tile.getContext("2d");
    pen.fillStyle = pales[code];
    pen.fillRect(0, 0, side, side);
    pen.strokeStyle = fills[code];
    pen.lineWidth = 1.6 * ratio;
    for (const shift of [-side, 0, side]) {
      pen.beginPath();
      pen.moveTo(shift - 1, side + 1);
      pen.lineTo(shift + side + 1, -1);
      pen.stroke();
    }
    return context.createPattern(tile, "repeat");
  }

  /** Letters on a code's colour. */
  const ink = (code) => (code < 8 ? inks[code] : "#1d2924");

  kanpo.style = { fills, pales, mutes, lines, inks, tone, hatched, ink, dot, hatch };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
