// axe-core in a page: what it finds serious or critical.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds serious or critical. */
export async function findings(page) {
  // The page's policy lets nothing be injected; the debugger is above it.
  const client = await page.context().newCDPSession(page);
  await client.send("Runtime.evaluate", { expression: axe });
  const found = await page.evaluate(() =>
    globalThis.axe
      .run(document, { resultTypes: ["violations"] })
      .then(({ violations }) =>
        violations
          .filter(({ impact }) => impact === "serious" || impact === "critical")
          .map(
            ({ id, help, nodes }) =>
              `${id}: ${help}\n${nodes.map(({ html, failureSummary }) => `    ${html}\n    ${failureSummary}`).join("\n")}`,
          ),
      ),
  );
  await client.detach();
  return found;
}
