// Finds what people would read that stands in the code instead of a catalogue.
import { parse, type AST } from "svelte/compiler";
import ts from "typescript";

/** Attributes, and properties of components, whose values people see or hear. */
const SPOKEN = new Set([
  "alt",
  "aria-description",
  "aria-label",
  "aria-placeholder",
  "aria-roledescription",
  "aria-valuetext",
  "content",
  "error",
  "hint",
  "label",
  "lead",
  "legend",
  "placeholder",
  "summary",
  "text",
  "title",
]);

/** Names, which are the same in all languages. */
const NAMES = /^(?:Podium|Instagram|https:\/\/…|English|Deutsch|Edge|Opera|Mac|Chromebook)$/;

interface Node {
  type: string;
  [key: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}

/** Whether it has letters that could be words. */
function hasWords(text: string): boolean {
  return /\p{L}{2}/u.test(text) && !NAMES.test(text.trim());
}

/** The texts of a component's markup, and of its script what `sentences` finds there. */
export function literalsOfComponent(source: string): string[] {
  const root = parse(source, { modern: true }) as AST.Root;
  const found: string[] = [];
  /** All strings in an expression. */
  const strings = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(strings);
    if (!isNode(value)) return;
    // What an expression is compared with, looked up by or given to a function is not what it says.
    if (value.type === "Literal" && typeof value["value"] === "string") found.push(value["value"]);
    if (value.type === "TemplateElement") found.push((value["value"] as { cooked: string }).cooked);
    if (value.type === "Text") found.push(value["data"] as string);
    if (value.type === "BinaryExpression" && /^[!=]==?$/.test(value["operator"] as string)) return;
    if (value.type === "CallExpression") return strings(value["callee"]);
    for (const [key, child] of Object.entries(value)) {
      if (key === "property" || key === "test" || key === "metadata") continue;
      strings(child);
    }
  };
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(walk);
    if (!isNode(value)) return;
    if (value.type === "Text" || value.type === "ExpressionTag") return strings(value);
    if (value.type === "RenderTag") {
      const { start, end } = value["expression"] as unknown as { start: number; end: number };
      return void found.push(...sentences(source.slice(start, end)));
    }
    if (value.type === "Attribute") {
      if (SPOKEN.has(value["name"] as string)) strings(value["value"]);
      return;
    }
    if (/Directive$/.test(value.type)) return;
    for (const [key, child] of Object.entries(value)) {
      if (key === "metadata" || key === "expression") continue;
      walk(child);
    }
  };
  walk(root.fragment);
  const scripts = [root.instance, root.module].map((script) =>
    script ? source.slice(script.start, script.end).replace(/^<script[^>]*>|<\/script>$/g, "") : "",
  );
  return [...found.filter(hasWords).map((text) => text.trim()), ...scripts.flatMap(sentences)];
}

/**
 * The strings of a script that look like what people read: several words that begin with a capital or end as a
 * sentence does, or one word with a capital. Messages of errors are for those who read the console.
 */
export function sentences(source: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) && /Error$/.test(node.expression.getText())) return;
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node)) return;
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) note(node);
    if (ts.isTemplateExpression(node)) {
      const text = [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join("…");
      if (looksSpoken(text)) found.push(text);
    }
    ts.forEachChild(node, visit);
  };
  const note = (node: ts.StringLiteral | ts.NoSubstitutionTemplateLiteral): void => {
    // The names of keys and of what is looked up are no words of a page.
    const parent = node.parent;
    const compared =
      (ts.isBinaryExpression(parent) && /^[!=]==?$/.test(parent.operatorToken.getText())) || ts.isCaseClause(parent);
    const looked = ts.isElementAccessExpression(parent) || (ts.isPropertyAssignment(parent) && parent.name === node);
    if (!compared && !looked && looksSpoken(node.text)) found.push(node.text);
  };
  visit(ts.createSourceFile("script.ts", source, ts.ScriptTarget.Latest, true));
  return found;
}

function looksSpoken(text: string): boolean {
  if (NAMES.test(text)) return false;
  const words = text.match(/\p{L}{2,}/gu) ?? [];
  if (words.length === 0) return false;
  const several = /\p{L}[\p{L},;:–-]*\s+\p{L}/u.test(text);
  if (several) return /^[\p{Lu}„“]/u.test(text) || /[.!?…]$/.test(text);
  return /^\p{Lu}\p{Ll}+[.!?…]?$/u.test(text);
}
