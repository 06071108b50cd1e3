// Reads {payload} from stdin, unpacks it with the page's own code, and writes what the page would know.
"use strict";
const path = require("node:path");
const page = path.join(__dirname, "..", "..", "kanpo", "maps", "page");
for (const name of ["decode.js", "curves.js", "judge.js", "methods.js", "deciding.js", "verdict.js", "kernel.js", "order.js", "blocks.js"]) require(path.join(page, name));
const { kanpo } = globalThis;

(async () => {
  let text = "";
  for await (const piece of process.stdin) text += piece;
  const { payload, exact } = JSON.parse(text);
  const content = kanpo.decode.content(await kanpo.decode.inflate(kanpo.decode.bytesOf(payload)));
  const rows = Array.from({ length: content.n }, (_, row) => row);
  if (exact) {
    // The kernel on unrounded values, null for unknown.
    content.factors.forEach((factor, nth) => {
      factor.values = Float64Array.from(exact[nth], (value) => (value === null ? NaN : value));
    });
  }
  const columns = {};
  for (const column of content.columns) columns[column.name] = rows.map((row) => column.of(row));
  const { x, y, partStart, ringStart, cornerStart } = content.outlines;
  const latitude = (value) => (Math.atan(Math.sinh(Math.PI * (1 - 2 * value))) * 180) / Math.PI;
  const shapes = rows.map((row) => {
    const parts = [];
    for (let part = partStart[row]; part < partStart[row + 1]; part++) {
      const rings = [];
      for (let ring = ringStart[part]; ring < ringStart[part + 1]; ring++) {
        const corners = [];
        for (let i = cornerStart[ring]; i < cornerStart[ring + 1]; i++) corners.push([(x[i] - 0.5) * 360, latitude(y[i])]);
        rings.push(corners);
      }
      parts.push(rings);
    }
    return parts;
  });
  const plain = (value) => (ArrayBuffer.isView(value) || Array.isArray(value) ? Array.from(value, plain) : value && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)])) : value);
  const scores = content.herbs.map((herb) => {
    const result = kanpo.kernel.scores(herb, content.factors, content.n, content.meta);
    const each = (of) => Array.from({ length: content.n }, (_, row) => of(row));
    return { ...plain(result), limiting: each(result.limiting), deciding: each(result.deciding), ranks: plain(kanpo.order.ranksOf(result)) };
  });
  const areas = content.columns.find((column) => column.name === "area_m2");
  const blocks = content.blocks && content.herbs.map((herb) => {
    const result = kanpo.kernel.scores(herb, content.factors, content.n, content.meta);
    const found = kanpo.blocks.measure(content.blocks.of, content.blocks.count, areas.of.values, result, content.meta.bounds);
    return { of: Array.from(content.blocks.of), ranked: kanpo.blocks.ranked(found, 0), ...plain(found) };
  });
  const factors = content.factors.map((factor) => ({
    key: factor.key,
    values: Array.from(factor.values),
    sources: rows.map((row) => factor.sourceOf(row)),
  }));
  const background = content.background.map((one) => ({
    kind: one.kind,
    lines: Array.from({ length: one.count }, (_, line) => {
      const { x, y, partStart, ringStart, cornerStart } = one.outlines;
      const ring = ringStart[partStart[line]];
      return Array.from(x.subarray(cornerStart[ring], cornerStart[ring + 1]), (at, nth) => [(at - 0.5) * 360, latitude(y[cornerStart[ring] + nth])]);
    }),
  }));
  process.stdout.write(JSON.stringify({ background, meta: content.meta, excluded: rows.map((row) => content.meta.excludedBy(row)), columns, blocks, factors, shapes, scores, plots: content.plots }));
})();
