// The client's addresses, as values: what each shows, and how it is written.

export type Route =
  | { page: "inbox" }
  | { page: "events" }
  | { page: "event"; id: string }
  | { page: "pod"; id: string }
  | { page: "invite"; code: string }
  | { page: "me" }
  | { page: "signin" }
  | { page: "signup" }
  | { page: "verify" }
  | { page: "reset" }
  | { page: "nowhere" };

/** No word of an address ends with these: they come with a link that was pasted out of a sentence. */
const TRAIL = /[^\p{L}\p{N}]+$/u;

/** The words of a path, without what came along at its end. */
function wordsOf(path: string): string[] {
  const words = path.replace(/^\//, "").replace(/\/+$/, "").split("/").map(decoded);
  const last = words.at(-1) as string;
  const trimmed = last.replace(TRAIL, "");
  // What is nothing else is left alone: it is no word with something behind it.
  if (trimmed !== "") words[words.length - 1] = trimmed;
  return words;
}

/** The word that is meant; as it is where that says nothing. */
function decoded(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}

/** What an address shows. A slash at the end is no other address. */
export function parse(path: string): Route {
  const [first = "", second, ...more] = wordsOf(path);
  if (more.length > 0) return { page: "nowhere" };
  if (second !== undefined) {
    if (second === "") return { page: "nowhere" };
    if (first === "events") return { page: "event", id: second };
    if (first === "pods") return { page: "pod", id: second };
    if (first === "i") return { page: "invite", code: second };
    return { page: "nowhere" };
  }
  switch (first) {
    case "":
      return { page: "inbox" };
    case "events":
    case "me":
    case "signin":
    case "signup":
    case "verify":
    case "reset":
      return { page: first };
    default:
      return { page: "nowhere" };
  }
}

/** How an address of the client is written; null for what is none. */
export function tidy(path: string): string | null {
  if (parse(path).page === "nowhere") return null;
  return `/${wordsOf(path).map(encodeURIComponent).join("/")}`;
}
