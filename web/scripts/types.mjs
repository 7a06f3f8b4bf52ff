// Makes the types of src/generated from the documents that the server prints of itself (`podium document openapi` and `asyncapi`).
//
//   node scripts/types.mjs <podium>           writes them; <podium> is the program
//   node scripts/types.mjs <podium> --check   fails if they are not those of the documents
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

/** The types of what goes over sockets, and what is pushed and sent on each kind of topic. */
async function sockets(document) {
  const { info, components } = document;
  const schemas = await types(
    { openapi: "3.1.0", info, paths: {}, components: { schemas: components.schemas } },
    "asyncapi",
  );
  return `${schemas}\n${topics(document)}`;
}

function topics(document) {
  const out = ["/** What goes over sockets, by the kind of topic. */", "export interface Topics {"];
  for (const [kind, channel] of Object.entries(document.channels)) {
    const of = (action) =>
      Object.values(document.operations).filter(
        (operation) => operation.action === action && operation.channel.$ref === `#/channels/${kind}`,
      );
    const about = (operation) => `      /** ${operation.summary}. */`;
    const pushes = of("receive").map((operation) => {
      const [payload, reply] = [operation.messages[0], operation.reply.messages[0]].map(
        (to) => follow(document, to).payload,
      );
      return `${about(operation)}\n      "${operation.title}": { payload: ${type(payload)}; reply: ${type(reply.properties.response)} };`;
    });
    const events = of("send").map((operation) => {
      const { payload } = follow(document, operation.messages[0]);
      return `${about(operation)}\n      "${operation.title}": ${type(payload)};`;
    });
    out.push(`  /** \`${channel.address}\` */`, `  ${kind}: {`);
    out.push(
      "    /** What clients push, `phx_join` included, and what is answered. */",
      "    pushes: {",
      ...pushes,
      "    };",
    );
    out.push("    /** What the server sends by itself. */", "    events: {", ...events, "    };", "  };");
  }
  out.push("}", "");
  return out.join("\n");
}

/** What a reference leads to, through all that it leads to. */
function follow(document, value) {
  if (value.$ref === undefined) return value;
  const steps = value.$ref.slice(2).split("/");
  return follow(
    document,
    steps.reduce((at, step) => at[step], document),
  );
}

/** The type of a schema that is a reference, or several in one. */
function type(schema) {
  if (schema.allOf !== undefined) return schema.allOf.map(type).join(" & ");
  return schema.$ref.split("/").pop();
}

const files = {
  "openapi.ts": await types(withoutRefusals(await document("openapi")), "openapi"),
  "asyncapi.ts": await sockets(await document("asyncapi")),
};

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
