// What people are told of a refusal or a fault. Words of programs and libraries never reach them: a refusal's own words
// are taken only where the server writes them for people, and everything else has a sentence here.

/** Refusals whose reason the server writes for whoever asked, in plain words. */
const TOLD = new Set(["conflict", "pod_full", "forbidden"]);

const SENTENCES = new Map(
  Object.entries({
    network: "No connection. Check your network and try again.",
    unauthorized: "You are signed out. Sign in, and try again.",
    not_member: "Only members may do this.",
    not_found: "It is not there any more.",
    pod_full: "Every seat of the pod is taken.",
    forbidden: "This is not yours to do.",
    conflict: "Somebody was faster. Reload the page and look again.",
    precondition_failed: "It has changed in the meantime. Reload the page and look again.",
    too_large: "That is more than fits.",
    invalid: "Something is not filled in as it should be.",
    rate_limited: "That was too much in too short a time. Wait a moment, then try again.",
    overloaded: "Podium has a lot to do right now. Try again in a moment.",
    unavailable: "Podium does not answer right now. Try again in a moment.",
    internal: "Something went wrong. Try again in a moment.",
  }),
);

/** For a fault that nobody foresaw: the client asked for what the server does not know, or failed by itself. */
const UNFORESEEN = "That did not work. Reload the page, and try again.";

/** What the server says of a value when it says it for people. */
const RULE = /^(must|at most|at least|is too long|is not good|is taken)\b/;

/** Marks of a reason that was written for those who run the server, or by a library. */
const TECHNICAL = /[_`{}\\]|https?:|\b[A-Z]{3,}\b|\bid\b|\btoken\b|\bslug\b/;

/** The sentence for a refusal. */
export function sentence(code: string, reason = ""): string {
  if (TOLD.has(code) && reason !== "" && !TECHNICAL.test(reason)) return full(reason);
  return SENTENCES.get(code) ?? UNFORESEEN;
}

/** What is wrong with a value, as a sentence. */
export function rule(detail: string): string {
  return RULE.test(detail) && !TECHNICAL.test(detail) ? full(detail) : "This is not as it should be.";
}

function full(words: string): string {
  const text = words.trim();
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?…]$/.test(text) ? "" : ".");
}
