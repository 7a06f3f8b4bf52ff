// Reads an AsyncAPI document on standard input, and prints what the official parser finds wrong with it.
import { text } from "node:stream/consumers";

import { Parser } from "@asyncapi/parser";

const { document, diagnostics } = await new Parser().parse(await text(process.stdin));
// Errors and warnings. What is left is advice, such as to use the newest version.
const faults = diagnostics.filter(({ severity }) => severity < 2);
process.stdout.write(
  JSON.stringify({
    parsed: document !== undefined,
    faults: faults.map(({ code, message, path }) => ({ code, message, path: path.join("/") })),
  }),
);
