/* Lines under the parcels to find one's way by: boundaries, roads, water. Drawn anew only when the map has moved. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  /* Colour, width in pixels, dashes in pixels. */
  const STYLES = {
    settlement: ["#b3ab98", 1, [4, 3]],
    zone: ["#c98a8a", 1, [2, 3]],
    water: ["#7fb0d8", 1.6, []],
    road: ["#c4b79a", 1.6, []],
    line: ["#b0b0b0", 1.2, []],
    municipality: ["#7d7565", 2, [10, 3, 2, 3]],
  };

  function define(L) {
    return kanpo.sheet.define(L, "kanpoBackground", 340, "kanpo-lines").extend({
      initialize: function (lines) {
        L.Renderer.prototype.initialize.call(this);
        this._lines = lines;
        this._hidden = new Set();
      },

      /** Show a kind of line, or not. */
      setShown: function (kind, shown) {
        if (shown) this._hidden.delete(kind);
        else this._hidden.add(kind);
        this._redraw();
      },

      _redraw: function () {
        if (!this._container || !this._bounds) return;
        const pen = this._pen;
        const { width, height } = this._container;
        const { scale, left, top } = this._where();
        pen.clearRect(0, 0, width, height);
        pen.lineJoin = pen.lineCap = "round";
        for (const { kind, outlines } of this._lines) {
          if (this._hidden.has(kind)) continue;
          const [colour, thick, dashes] = STYLES[kind] || STYLES.line;
          pen.strokeStyle = colour;
          pen.lineWidth = thick * this._ratio;
          pen.setLineDash(dashes.map((dash) => dash * this._ratio));
          pen.beginPath();
          trace(pen, outlines, scale, left, top, width, height);
          pen.stroke();
        }
      },
    });
  }

  /** The lines that are seen on a canvas; corners nearer than half a pixel are left out. */
  function trace(pen, { x, y, box, partStart, ringStart, cornerStart }, scale, left, top, width, height) {
    for (let i = 0; 4 * i < box.length; i++) {
      const [west, north, east, south] = box.subarray(4 * i, 4 * i + 4);
      if (!(east * scale >= left && west * scale <= left + width && south * scale >= top && north * scale <= top + height)) continue;
      for (let ring = ringStart[partStart[i]]; ring < ringStart[partStart[i + 1]]; ring++) {
        const last = cornerStart[ring + 1] - 1;
        let across = Infinity;
        let down = Infinity;
        for (let corner = cornerStart[ring]; corner <= last; corner++) {
          const nextAcross = x[corner] * scale - left;
          const nextDown = y[corner] * scale - top;
          if (corner === cornerStart[ring]) pen.moveTo(nextAcross, nextDown);
          else if (corner < last && Math.abs(nextAcross - across) < 0.5 && Math.abs(nextDown - down) < 0.5) continue;
          else pen.lineTo(nextAcross, nextDown);
          across = nextAcross;
          down = nextDown;
        }
      }
    }
  }

  /** One button for each kind of line, which shows or hides it; nothing where there are none. */
  function buttons(place, lines, layer) {
    const { make } = kanpo.dom;
    place.hidden = !lines.length;
    place.replaceChildren(...lines.map(({ kind, label }) => {
      const [colour, thick, dashes] = STYLES[kind] || STYLES.line;
      const swatch = make("span", { class: "kanpo-line", style: { borderTop: `${Math.max(2, thick)}px ${dashes.length ? "dashed" : "solid"} ${colour}` } });
      const button = make("button", {
        type: "button", class: "kanpo-line-button", "aria-pressed": String(!layer._hidden.has(kind)),
        on: { click: () => {
          const shown = button.getAttribute("aria-pressed") !== "true";
          button.setAttribute("aria-pressed", String(shown));
          layer.setShown(kind, shown);
        } },
      }, swatch, kanpo.strings.pick(label));
      return button;
    }));
  }

  kanpo.background = { define, trace, buttons };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
