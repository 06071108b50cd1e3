// Reads {payload, methods} from stdin and writes what the page makes of costs and years.
"use strict";
const path = require("node:path");
const page = path.join(__dirname, "..", "..", "kanpo", "maps", "page");
for (const name of ["strings.js", "decode.js", "curves.js", "judge.js", "methods.js", "costs.js", "years.js"]) require(path.join(page, name));
const { kanpo } = globalThis;

(async () => {
  let text = "";
  for await (const piece of process.stdin) text += piece;
  const { payload, methods } = JSON.parse(text);
  const data = kanpo.decode.content(await kanpo.decode.inflate(kanpo.decode.bytesOf(payload)));
  const rows = Array.from({ length: data.n }, (_, row) => row);
  const id = data.columns.find(({ name }) => name === "parcel_id");
  const perHerb = (make) => Object.fromEntries(data.herbs.map((herb) => [herb.id, rows.map((row) => make(herb, row))]));
  process.stdout.write(JSON.stringify({
    ids: rows.map((row) => id.of(row)),
    whole: data.meta.whole,
    labels: data.costs.labels,
    costs: perHerb((herb, row) => kanpo.costs.at(data.costs.of(herb.id), row)),
    years: data.years && Object.fromEntries(methods.map((method) => {
      const meta = { ...data.meta, aggregation: method };
      return [method, perHerb((herb, row) => kanpo.years.at(herb, { ...data, meta }, row))];
    })),
    known: Object.fromEntries(data.factors.map((factor) => [factor.key, Array.from(factor.values)])),
  }));
})();
