// Makes the types of src/generated from the document that the server prints of itself (`podium document openapi`).
//
//   node scripts/types.mjs <podium>           writes them; <podium> is the program
//   node scripts/types.mjs <podium> --check   fails if they are not those of the document
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import openapiTS, { astToString } from "openapi-typescript";

const [podium, check] = process.argv.slice(2);
const folder = new URL("../src/generated/", import.meta.url);

async function document(name) {
  const { stdout } = await promisify(execFile)(podium, ["document", name], { maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout);
}

/** The types of a document, each schema under its own name, too. */
async function types(document, name) {
  const nodes = await openapiTS(document, { rootTypes: true, rootTypesNoSchemaPrefix: true });
  return `// Made of \`podium document ${name}\` by scripts/types.mjs: run \`make types\`, and change nothing by hand.\n\n${astToString(nodes)}`;
}

/** The document without refusals, which are a `Problem` each, whatever the operation. */
function withoutRefusals(document) {
  for (const item of Object.values(document.paths)) {
    for (const operation of Object.values(item)) {
      for (const status of Object.keys(operation.responses ?? {})) {
        if (!status.startsWith("2") && !status.startsWith("3")) delete operation.responses[status];
      }
    }
  }
  return document;
}

const files = { "openapi.ts": await types(withoutRefusals(await document("openapi")), "openapi") };

let stale = false;
await mkdir(folder, { recursive: true });
for (const [name, text] of Object.entries(files)) {
  const file = new URL(name, folder);
  if (!check) {
    await writeFile(file, text);
  } else if ((await readFile(file, "utf8").catch(() => "")) !== text) {
    console.error(`${fileURLToPath(file)} is not what the server says of itself: run \`make types\``);
    stale = true;
  }
}
process.exit(stale ? 1 : 0);
