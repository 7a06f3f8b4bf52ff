// What is typed for the addresses of a profile, as the server takes it.

/** An address, or in plain words why it is none. An empty field is no address. */
export type Address = { url: string | null } | { wrong: string };

const HANDLE = /^[A-Za-z0-9._]{1,30}$/;

/** First parts of Instagram's addresses that are no person's name. */
const PAGES = new Set(["p", "reel", "reels", "tv", "stories", "explore", "accounts", "direct"]);

/** The longest address that the server takes, in bytes. */
const LONGEST = 2_048;

/** Somebody on Instagram: by name, with or without `@`, or by any spelling of the address. */
export function instagram(text: string): Address {
  const typed = text.trim();
  if (typed === "") return { url: null };
  const handle = typed.replace(/^@/, "");
  if (HANDLE.test(handle) && !/^(?:www\.)?instagram\.com$/i.test(handle))
    return { url: `https://instagram.com/${handle}` };
  const url = parse(typed);
  const name = url?.pathname.split("/").filter(Boolean)[0]?.replace(/^@/, "");
  if (!url || !url.hostname.includes(".")) return { wrong: "Give your name on Instagram, like @you." };
  if (!/^(?:www\.|m\.)?instagram\.com$/.test(url.hostname) || url.username !== "" || url.port !== "")
    return { wrong: `That leads to ${url.host}, not to Instagram. Give your name there, like @you.` };
  if (!name || !HANDLE.test(name) || PAGES.has(name))
    return { wrong: "That is no person on Instagram. Give your name there, like @you." };
  return { url: `https://instagram.com/${name}` };
}

/** A picture: others see it only over https. */
export function picture(text: string): Address {
  const typed = text.trim();
  if (typed === "") return { url: null };
  const url = parse(typed);
  if (url?.protocol === "http:")
    return { wrong: "The address of a picture must begin with https://, or others do not see it." };
  if (!url || !url.hostname.includes("."))
    return { wrong: "This is no address of a picture. It begins with https://." };
  const full = hasScheme(typed) ? typed : `https://${typed}`;
  if (new TextEncoder().encode(full).length > LONGEST) return { wrong: "This address is too long." };
  return { url: full };
}

/** An address of the web, also where its scheme was left out; null for anything else. */
function parse(typed: string): URL | null {
  try {
    const url = new URL(hasScheme(typed) ? typed : `https://${typed}`);
    return /^https?:$/.test(url.protocol) && !/\s/.test(typed) ? url : null;
  } catch {
    return null;
  }
}

function hasScheme(typed: string): boolean {
  return /^[a-z][a-z0-9+.-]*:(?!\d)/i.test(typed);
}
