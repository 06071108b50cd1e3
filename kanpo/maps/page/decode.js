/* From the block of text in the page to typed arrays. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});

  function bytesOf(base64) {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
    const binary = atob(base64);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
  }

  async function inflate(bytes) {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  function open(bytes) {
    const text = new TextDecoder();
    if (text.decode(bytes.subarray(0, 4)) !== "KMP1") throw new Error("not a map");
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
    const start = 8 + length;
    const piece = ([offset, size]) => bytes.subarray(start + offset, start + offset + size);
    return {
      header: JSON.parse(text.decode(bytes.subarray(8, start))),
      piece,
      json: (place) => JSON.parse(text.decode(piece(place))),
    };
  }

  /** Unsigned integers of seven bits a byte. */
  function varints(bytes, signed) {
    let count = 0;
    for (let i = 0; i < bytes.length; i++) if (bytes[i] < 128) count++;
    const values = new Int32Array(count);
    for (let i = 0, nth = 0; nth < count; nth++) {
      let byte = bytes[i++];
      let value = byte & 127;
      for (let shift = 7; byte > 127; shift += 7) {
        byte = bytes[i++];
        value |= (byte & 127) << shift;
      }
      values[nth] = signed ? (value >>> 1) ^ -(value & 1) : value;
    }
    return values;
  }

  /** Numbers, NaN where unknown. */
  function numbers(pack, column, n) {
    const bytes = pack.piece(column.at);
    const { width, delta, base, scale, step } = column;
    const limit = 2 ** (8 * width);
    const values = new Float64Array(n);
    if (width === 1 && !delta && scale === 1) {
      for (let i = 0; i < n; i++) values[i] = bytes[i] ? base + bytes[i] - 1 : NaN;
      return values;
    }
    let before = 0;
    for (let i = 0; i < n; i++) {
      let code = 0;
      for (let plane = 0, unit = 1; plane < width; plane++, unit *= 256) code += bytes[plane * n + i] * unit;
      if (delta) {
        code = (before + code) % limit;
        before = code;
      }
      values[i] = code === 0 ? NaN : scale ? (base + code - 1) / scale : base + (code - 1) * step;
    }
    if (column.whole) keepWhole(values, varints(pack.piece(column.whole.rows)), pack.piece(column.whole.values));
    return values;
  }

  /** Numbers that were not rounded, at rows given as differences. */
  function keepWhole(values, moves, bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let nth = 0, row = 0; nth < moves.length; nth++) {
      row += moves[nth];
      values[row] = view.getFloat64(8 * nth, true);
    }
  }

  /** A column of texts as a function from row to text or null. */
  function texts(pack, column, n) {
    if (column.kind === "text") {
      const all = pack.json(column.at);
      return (row) => all[row];
    }
    if (column.kind === "uuid") {
      const bytes = pack.piece(column.at);
      return (row) => uuid(bytes, row * 16);
    }
    const words = pack.json(column.words);
    const codes = numbers(pack, column.codes, n);
    const at = (row) => (Number.isNaN(codes[row]) ? null : words[codes[row]]);
    at.words = words;
    at.codes = codes;
    return at;
  }

  function uuid(bytes, start) {
    let text = "";
    for (let i = 0; i < 16; i++) {
      if (i === 4 || i === 6 || i === 8 || i === 10) text += "-";
      text += bytes[start + i].toString(16).padStart(2, "0");
    }
    return text;
  }

  /**
   * Outlines in the unit square of Web Mercator, as Leaflet's EPSG:3857 has it: x to the east, y to
   * the south. `partStart[i]..partStart[i+1]` are the parts of parcel i, and so on down to corners.
   */
  function outlines(pack, described, n) {
    const partStart = starts(varints(pack.piece(described.parts)));
    const ringStart = starts(varints(pack.piece(described.rings)));
    const cornerStart = starts(varints(pack.piece(described.corners)));
    const dx = varints(pack.piece(described.dx), true);
    const dy = varints(pack.piece(described.dy), true);
    const x = new Float64Array(dx.length);
    const y = new Float64Array(dy.length);
    const [west, south] = described.origin;
    const [stepX, stepY] = described.step;
    let firstX = 0;
    let firstY = 0;
    for (let ring = 0; ring + 1 < cornerStart.length; ring++) {
      let column = firstX;
      let row = firstY;
      for (let corner = cornerStart[ring]; corner < cornerStart[ring + 1]; corner++) {
        column += dx[corner];
        row += dy[corner];
        if (corner === cornerStart[ring]) {
          firstX = column;
          firstY = row;
        }
        x[corner] = (west + column * stepX) / 360 + 0.5;
        y[corner] = mercator(south + row * stepY);
      }
    }
    return { x, y, cornerStart, ringStart, partStart, box: boxes(x, y, partStart, ringStart, cornerStart, n) };
  }

  function mercator(latitude) {
    const sine = Math.sin((latitude * Math.PI) / 180);
    return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  }

  function starts(counts) {
    const out = new Int32Array(counts.length + 1);
    for (let i = 0; i < counts.length; i++) out[i + 1] = out[i] + counts[i];
    return out;
  }

  /** West, north, east, south of each parcel; NaN without an outline. */
  function boxes(x, y, partStart, ringStart, cornerStart, n) {
    const box = new Float64Array(4 * n);
    for (let i = 0; i < n; i++) {
      const from = cornerStart[ringStart[partStart[i]]];
      const to = cornerStart[ringStart[partStart[i + 1]]];
      let west = Infinity, north = Infinity, east = -Infinity, south = -Infinity;
      for (let corner = from; corner < to; corner++) {
        if (x[corner] < west) west = x[corner];
        if (x[corner] > east) east = x[corner];
        if (y[corner] < north) north = y[corner];
        if (y[corner] > south) south = y[corner];
      }
      box.set(to > from ? [west, north, east, south] : [NaN, NaN, NaN, NaN], 4 * i);
    }
    return box;
  }

  /** The whole content: meta, herbs, plots, columns (functions of the row), factors with their values. */
  function content(bytes) {
    const pack = open(bytes);
    const { header } = pack;
    const n = header.parcels;
    const columns = header.columns.map((column) => ({
      ...column,
      of: column.kind === "number" ? at(numbers(pack, column, n)) : texts(pack, column, n),
    }));
    const factors = header.factors.map((factor) => ({
      ...factor,
      values: factor.column ? numbers(pack, factor.column, n) : new Float64Array(n).fill(NaN),
      sourceOf: factor.sources ? texts(pack, factor.sources, n) : () => null,
    }));
    const blocks = header.blocks ? { ...header.blocks, of: numbers(pack, header.blocks.codes, n) } : null;
    const lands = Uint8Array.from(numbers(pack, header.lands, n), (code) => (code === code ? code : kanpo.judge.NO_LAND));
    const meta = { ...header.meta, works: header.works, lands, excludedBy: header.excluded ? texts(pack, header.excluded, n) : () => null };
    const background = header.background.map((one) => ({ ...one, outlines: outlines(pack, one.outlines, one.count) }));
    return { ...header, background, meta, n, columns, factors, blocks, costs: costs(pack, header.costs, n), outlines: outlines(pack, header.outlines, n), precision: header.outlines.precision_m };
  }

  /** For each herb, when first asked, the distinct rows of its table of costs, and which of them each parcel has; null without one. */
  function costs(pack, { labels, herbs }, n) {
    const open = ({ count, codes, works, asked, unknown, ...amounts }) => ({
      codes: numbers(pack, codes, n),
      ...Object.fromEntries(Object.entries(amounts).map(([name, column]) => [name, numbers(pack, column, count)])),
      works: texts(pack, works, count), asked: texts(pack, asked, count), unknown: texts(pack, unknown, count),
    });
    const opened = {};
    const of = (id) => (opened[id] = opened[id] || (Object.hasOwn(herbs, id) ? open(herbs[id]) : null));
    return { labels, of, any: Object.keys(herbs).length > 0 };
  }

  function at(values) {
    const of = (row) => values[row];
    of.values = values;
    return of;
  }

  kanpo.decode = { bytesOf, inflate, varints, content };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
