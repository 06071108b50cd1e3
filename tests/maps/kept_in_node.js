// Reads {kept, actor} from stdin and writes the CSV that the page gives for it.
"use strict";
const path = require("node:path");
const page = path.join(__dirname, "..", "..", "kanpo", "maps", "page");
for (const name of ["download.js", "favourites.js"]) require(path.join(page, name));
const { favourites, download } = globalThis.kanpo;

(async () => {
  let text = "";
  for await (const piece of process.stdin) text += piece;
  const { kept, actor } = JSON.parse(text);
  process.stdout.write(download.csv(favourites.table(kept.map(favourites.checked), actor)));
})();
