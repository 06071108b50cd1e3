/* All parcels on one canvas. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const TINY_PX = 2.5;
  /* While something is dragged, parcels up to this size are dots too. */
  const QUICK_PX = 10;
  const LINED_PX = 7;
  const HATCHED_PX = 8;
  const PIN_PX = 4;
  const FADED = 255;
  /* The best classes last, so that they lie on top; of one class those that are sure. */
  const ORDER = [FADED, 0, ...[5, 4, 3, 2, 1].flatMap((klass) => [24, 16, 8, 0].map((kind) => kind + klass))];
  const RANKS = Int16Array.from({ length: 256 }, (_, code) => ORDER.indexOf(code));

  function define(L) {
    return kanpo.sheet.define(L, "kanpoParcels", 350, "kanpo-canvas").extend({
      initialize: function (options) {
        L.Renderer.prototype.initialize.call(this, options);
        this._data = null;
        this._selected = -1;
      },

      /** Show outlines; `codes` is the class of each parcel plus 8 times its kind (see verdict.js), 255 where filtered out. */
      setData: function (outlines, codes, quick, labels) {
        this._quick = quick;
        this._data = { outlines, codes, n: codes.length, labels };
        this._place = null;
        this._redraw();
      },

      setCodes: function (codes, quick) {
        this._quick = Boolean(quick);
        this._data = { ...this._data, codes };
        this._redraw();
      },

      /** Rims around blocks: `drawn` is 1 for each parcel of a block with a rim, `gap` in units of the outlines; null for none. */
      setBlocks: function (blocks) {
        this._blocks = blocks;
        this._redraw();
      },

      select: function (row) {
        this._selected = row;
        this._redraw();
      },

      _redraw: function () {
        if (!this._data || !this._container || !this._bounds) return;
        const began = performance.now();
        this._view = this._where();
        this._pen.clearRect(0, 0, this._container.width, this._container.height);
        const placed = this._placed();
        this._drawBlocks(placed);
        this._drawTiny(placed);
        const byCode = this._byCode(placed);
        for (const code of ORDER) this._drawClass(code, byCode[code]);
        this._drawSelected();
        this._drawLabels();
        this.lastDraw = performance.now() - began;
      },

      /** Which parcels lie inside the canvas, as long as it shows the same: those of a dot or two, and the larger ones. */
      _placed: function () {
        const { scale, left, top } = this._view;
        const { outlines, n } = this._data;
        const { width, height } = this._container;
        const key = [scale, left, top, width, height, this._quick].join();
        if (this._place && this._place.key === key) return this._place;
        const { box } = outlines;
        const least = ((this._quick ? QUICK_PX : TINY_PX) * this._ratio) / scale;
        const thin = 1.4 * this._ratio;
        const place = { key, tiny: new Int32Array(n), large: new Int32Array(n), dots: new Int16Array(4 * n), tinies: 0, larges: 0 };
        for (let i = 0, at = 0; i < n; i++, at += 4) {
          const x = box[at] * scale - left;
          const y = box[at + 1] * scale - top;
          const across = (box[at + 2] - box[at]) * scale;
          const along = (box[at + 3] - box[at + 1]) * scale;
          if (!(x + across >= 0 && x <= width && y + along >= 0 && y <= height)) continue;
          const extent = Math.max(box[at + 2] - box[at], box[at + 3] - box[at + 1]);
          if (extent === 0 || extent >= least) {
            place.large[place.larges++] = i;
            continue;
          }
          place.dots[at] = Math.max(0, Math.round(x));
          place.dots[at + 1] = Math.max(0, Math.round(y));
          place.dots[at + 2] = Math.min(width, Math.round(x) + Math.round(Math.max(thin, across)));
          place.dots[at + 3] = Math.min(height, Math.round(y) + Math.round(Math.max(thin, along)));
          place.tiny[place.tinies++] = i;
        }
        return (this._place = place);
      },

      /** Dots straight into the picture: a hundred thousand of them in a few milliseconds. */
      _drawTiny: function ({ tiny, tinies, dots }) {
        if (!tinies) return;
        const { codes } = this._data;
        const { width, height } = this._container;
        // On a sheet of its own: a picture put on the canvas would wipe out the rims under it.
        const sheet = (this._sheet = this._sheet || document.createElement("canvas"));
        if (sheet.width !== width || sheet.height !== height || !this._picture) {
          Object.assign(sheet, { width, height });
          this._picture = this._pen.createImageData(width, height);
        }
        const inks = new Uint32Array(this._picture.data.buffer).fill(0);
        for (const i of this._sorted(tiny, tinies)) {
          const ink = this._inks[codes[i]];
          for (let line = dots[4 * i + 1]; line < dots[4 * i + 3]; line++) {
            for (let dot = dots[4 * i]; dot < dots[4 * i + 2]; dot++) inks[line * width + dot] = ink;
          }
        }
        sheet.getContext("2d").putImageData(this._picture, 0, 0);
        this._pen.drawImage(sheet, 0, 0);
      },

      /** The first `count` of `rows` in the order in which they are drawn. */
      _sorted: function (rows, count) {
        const { codes } = this._data;
        this._inks = this._inks || Uint32Array.from({ length: 256 }, (_, code) => (RANKS[code] < 0 ? 0 : kanpo.style.dot(code)));
        const starts = new Int32Array(ORDER.length + 1);
        for (let nth = 0; nth < count; nth++) starts[RANKS[codes[rows[nth]]] + 1]++;
        for (let rank = 0; rank < ORDER.length; rank++) starts[rank + 1] += starts[rank];
        const out = new Int32Array(count);
        for (let nth = 0; nth < count; nth++) out[starts[RANKS[codes[rows[nth]]]]++] = rows[nth];
        return out;
      },

      /** The larger parcels by code. */
      _byCode: function ({ large, larges }) {
        const { codes } = this._data;
        const out = {};
        for (const code of ORDER) out[code] = [];
        for (let nth = 0; nth < larges; nth++) out[codes[large[nth]]].push(large[nth]);
        return out;
      },

      /** A rim around the parcels of each block, as wide as the gap that joins them. */
      _drawBlocks: function ({ tiny, tinies, large, larges }) {
        if (!this._blocks) return;
        const { scale } = this._view;
        const pen = this._pen;
        const gap = this._blocks.gap * scale;
        pen.lineJoin = "round";
        for (const [more, colour] of [[5 * this._ratio, "#3d1f66"], [1.5 * this._ratio, "#efe6fb"]]) {
          pen.strokeStyle = colour;
          pen.lineWidth = gap + more;
          for (const rows of [large.subarray(0, larges), tiny.subarray(0, tinies)]) {
            for (const i of rows) {
              if (!this._blocks.drawn[i]) continue;
              this._trace(i);
              pen.stroke();
            }
          }
        }
        pen.lineJoin = "miter";
      },

      _drawClass: function (code, rows) {
        if (!rows.length) return;
        const pen = this._pen;
        const { scale, left, top } = this._view;
        const { box } = this._data.outlines;
        const faded = code === FADED;
        const klass = faded ? 0 : code & 7;
        const plain = faded ? "rgba(90,90,80,.10)" : kanpo.style.tone(code);
        const large = !faded && kanpo.style.hatched(code) ? this._hatch(klass) : plain;
        pen.lineWidth = (klass ? 0.8 : 1) * this._ratio;
        pen.strokeStyle = faded ? "rgba(90,90,80,.25)" : kanpo.style.lines[klass];
        pen.setLineDash(klass || faded ? [] : [2 * this._ratio, 2 * this._ratio]);
        let filled = null;
        for (const i of rows) {
          const width = (box[4 * i + 2] - box[4 * i]) * scale;
          const height = (box[4 * i + 3] - box[4 * i + 1]) * scale;
          const extent = Math.max(width, height) / this._ratio;
          const fill = extent >= HATCHED_PX ? large : plain;
          if (fill !== filled) pen.fillStyle = filled = fill;
          if (extent === 0) {
            this._pin(box[4 * i] * scale - left, box[4 * i + 1] * scale - top);
          } else {
            this._trace(i);
            pen.fill("evenodd");
            if (extent >= LINED_PX) pen.stroke();
          }
        }
        pen.setLineDash([]);
      },

      _pin: function (x, y) {
        this._pen.beginPath();
        this._pen.arc(x, y, PIN_PX * this._ratio, 0, 2 * Math.PI);
        this._pen.fill();
        this._pen.stroke();
      },

      _trace: function (i) {
        const { x, y, partStart, ringStart, cornerStart } = this._data.outlines;
        const { scale, left, top } = this._view;
        const pen = this._pen;
        pen.beginPath();
        for (let ring = ringStart[partStart[i]]; ring < ringStart[partStart[i + 1]]; ring++) {
          const from = cornerStart[ring];
          pen.moveTo(x[from] * scale - left, y[from] * scale - top);
          for (let corner = from + 1; corner < cornerStart[ring + 1]; corner++) {
            pen.lineTo(x[corner] * scale - left, y[corner] * scale - top);
          }
          pen.closePath();
        }
      },

      _hatch: function (klass) {
        const key = `${klass}/${this._ratio}`;
        this._hatches = this._hatches || {};
        return (this._hatches[key] = this._hatches[key] || kanpo.style.hatch(this._pen, klass, this._ratio));
      },

      _drawSelected: function () {
        const i = this._selected;
        const { box } = this._data.outlines;
        if (i < 0 || Number.isNaN(box[4 * i])) return;
        const pen = this._pen;
        const { scale, left, top } = this._view;
        const extent = Math.max(box[4 * i + 2] - box[4 * i], box[4 * i + 3] - box[4 * i + 1]) * scale;
        if (extent > 12 * this._ratio) this._trace(i);
        else {
          const x = ((box[4 * i] + box[4 * i + 2]) / 2) * scale - left;
          const y = ((box[4 * i + 1] + box[4 * i + 3]) / 2) * scale - top;
          pen.beginPath();
          pen.arc(x, y, 9 * this._ratio, 0, 2 * Math.PI);
        }
        pen.lineJoin = "round";
        for (const [width, colour] of [[6, "#fff"], [3, "#c2185b"]]) {
          pen.lineWidth = width * this._ratio;
          pen.strokeStyle = colour;
          pen.stroke();
        }
        pen.lineJoin = "miter";
      },

      /** Names of settlements that are wide enough on screen, without covering each other. */
      _drawLabels: function () {
        const pen = this._pen;
        const { scale, left, top } = this._view;
        const taken = [];
        const height = 16 * this._ratio;
        pen.font = `600 ${12.5 * this._ratio}px system-ui, "Noto Sans CJK JP", "Noto Sans JP", Meiryo, "Hiragino Sans", sans-serif`;
        pen.textAlign = "center";
        pen.textBaseline = "middle";
        pen.lineWidth = 3.5 * this._ratio;
        pen.lineJoin = "round";
        for (const { name, x, y, width } of this._data.labels) {
          if (width * scale < 36 * this._ratio || taken.length >= 60) continue;
          const centre = x * scale - left;
          const middle = y * scale - top;
          if (centre < 0 || middle < 0 || centre > this._container.width || middle > this._container.height) continue;
          const half = pen.measureText(name).width / 2 + 4 * this._ratio;
          if (taken.some(([c, m, h]) => Math.abs(c - centre) < h + half && Math.abs(m - middle) < height)) continue;
          taken.push([centre, middle, half]);
          pen.strokeStyle = "rgba(255,255,255,.9)";
          pen.strokeText(name, centre, middle);
          pen.fillStyle = "#22302a";
          pen.fillText(name, centre, middle);
        }
        pen.lineJoin = "miter";
      },
    });
  }

  /** Where the name of each settlement goes: the middle of its parcels, largest settlements first. */
  function settlements(outlines, n, nameOf) {
    const groups = new Map();
    const { box } = outlines;
    for (let i = 0; i < n; i++) {
      const name = nameOf(i);
      if (!name || Number.isNaN(box[4 * i])) continue;
      let group = groups.get(name);
      if (!group) groups.set(name, (group = { count: 0, x: 0, y: 0, west: 1, east: 0 }));
      group.count++;
      group.x += (box[4 * i] + box[4 * i + 2]) / 2;
      group.y += (box[4 * i + 1] + box[4 * i + 3]) / 2;
      group.west = Math.min(group.west, box[4 * i]);
      group.east = Math.max(group.east, box[4 * i + 2]);
    }
    return [...groups]
      .sort((one, other) => other[1].count - one[1].count)
      .map(([name, g]) => ({
        name: [...name].filter((c) => !/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(c)).slice(0, 16).join(""),
        x: g.x / g.count,
        y: g.y / g.count,
        width: g.east - g.west,
      }));
  }

  kanpo.canvas = { define, settlements };
})(globalThis);
