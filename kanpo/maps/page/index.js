/* Finding parcels: by place on the map, and by name in whatever width it is typed. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});

  /** West, north, east, south of all outlines, or of some rows; null without any. */
  function bounds({ box }, n, rows) {
    let west = Infinity, north = Infinity, east = -Infinity, south = -Infinity;
    for (let nth = 0; nth < (rows ? rows.length : n); nth++) {
      const i = rows ? rows[nth] : nth;
      if (Number.isNaN(box[4 * i])) continue;
      west = Math.min(west, box[4 * i]);
      north = Math.min(north, box[4 * i + 1]);
      east = Math.max(east, box[4 * i + 2]);
      south = Math.max(south, box[4 * i + 3]);
    }
    return west <= east ? [west, north, east, south] : null;
  }

  /** A grid of cells over all outlines, each with the parcels whose box touches it. */
  function grid(outlines, n) {
    const { box } = outlines;
    const [west, north, east, south] = bounds(outlines, n) || [0, 0, 1, 1];
    const side = Math.max(1, Math.min(512, Math.ceil(Math.sqrt(n))));
    const width = Math.max((east - west) / side, 1e-9);
    const height = Math.max((south - north) / side, 1e-9);
    const cells = new Map();
    const column = (x) => Math.max(0, Math.min(side - 1, Math.floor((x - west) / width)));
    const line = (y) => Math.max(0, Math.min(side - 1, Math.floor((y - north) / height)));
    for (let i = 0; i < n; i++) {
      if (Number.isNaN(box[4 * i])) continue;
      for (let r = line(box[4 * i + 1]); r <= line(box[4 * i + 3]); r++) {
        for (let c = column(box[4 * i]); c <= column(box[4 * i + 2]); c++) {
          const key = r * side + c;
          const cell = cells.get(key);
          if (cell) cell.push(i);
          else cells.set(key, [i]);
        }
      }
    }
    /** The smallest parcel under a place, or the nearest box within `reach`; -1 for none. */
    function hit(x, y, reach, allowed) {
      let best = -1;
      let smallest = Infinity;
      const seen = new Set();
      for (let r = line(y - reach); r <= line(y + reach); r++) {
        for (let c = column(x - reach); c <= column(x + reach); c++) {
          for (const i of cells.get(r * side + c) || []) {
            if (seen.has(i) || !allowed(i)) continue;
            seen.add(i);
            const [w, no, e, s] = box.subarray(4 * i, 4 * i + 4);
            const away = Math.hypot(Math.max(w - x, 0, x - e), Math.max(no - y, 0, y - s));
            if (away > reach) continue;
            const size = contains(outlines, i, x, y) ? (e - w) * (s - no) : 1 + away;
            if (size < smallest) {
              smallest = size;
              best = i;
            }
          }
        }
      }
      return best;
    }
    return { hit };
  }

  /** Whether a place is inside a parcel, holes being outside (even-odd rule). */
  function contains(outlines, i, x, y) {
    const { x: xs, y: ys, partStart, ringStart, cornerStart } = outlines;
    let inside = false;
    for (let ring = ringStart[partStart[i]]; ring < ringStart[partStart[i + 1]]; ring++) {
      const from = cornerStart[ring];
      const to = cornerStart[ring + 1];
      for (let corner = from, before = to - 1; corner < to; before = corner++) {
        const crosses = ys[corner] > y !== ys[before] > y;
        if (crosses && x < ((xs[before] - xs[corner]) * (y - ys[corner])) / (ys[before] - ys[corner]) + xs[corner]) {
          inside = !inside;
        }
      }
    }
    return inside;
  }

  /** How names are compared: one width, one case, one hyphen, no spaces, no 大字 or 番地. */
  function folded(text) {
    return String(text)
      .normalize("NFKC")
      .toLowerCase()
      .replace(/[\u2010-\u2015\u2212\u30fc\uff70\ufe58\ufe63\uff0d\u2500]/g, "-")
      .replace(/番地の?|番/g, "-")
      .replace(/[\s\u3000]|大字|字/g, "")
      .replace(/-+/g, "-")
      .replace(/-$/, "");
  }

  /** A search over names and ids; the folded names are made when first asked for. */
  function search(n, textOf) {
    let names = null;
    return function matches(query) {
      const wanted = folded(query);
      if (!wanted) return null;
      names = names || Array.from({ length: n }, (_, row) => folded(textOf(row)));
      const found = new Uint8Array(n);
      for (let row = 0; row < n; row++) found[row] = names[row].includes(wanted) ? 1 : 0;
      return found;
    };
  }

  kanpo.index = { bounds, grid, contains, folded, search };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
