// What is typed for the addresses of a profile, as the server takes it.

import { t } from "./texts";

/** An address, or in plain words why it is none. An empty field is no address. */
export type Address = { url: string | null } | { wrong: string };

const HANDLE = /^[A-Za-z0-9._]{1,30}$/;

/** First parts of Instagram's addresses that are no person's name. */
const PAGES = new Set(["p", "reel", "reels", "tv", "stories", "explore", "accounts", "direct"]);

/** The longest address that the server takes, in bytes. */
const LONGEST = 2_048;

/** A person on Instagram: by name, with or without `@`, or by any spelling of the address. */
export function instagram(text: string): Address {
  const typed = text.trim();
  if (typed === "") return { url: null };
  const handle = typed.replace(/^@/, "");
  if (HANDLE.test(handle) && !/^(?:www\.)?instagram\.com$/i.test(handle))
    return { url: `https://instagram.com/${handle}` };
  const url = parse(typed);
  const name = url?.pathname.split("/").filter(Boolean)[0]?.replace(/^@/, "");
  if (!url || !url.hostname.includes(".")) return { wrong: t.instagram.handle };
  if (!/^(?:www\.|m\.)?instagram\.com$/.test(url.hostname) || url.username !== "" || url.port !== "")
    return { wrong: t.instagram.elsewhere(url.host) };
  if (!name || !HANDLE.test(name) || PAGES.has(name)) return { wrong: t.instagram.nobody };
  return { url: `https://instagram.com/${name}` };
}

/** A picture: others see it only over https. */
export function picture(text: string): Address {
  const typed = text.trim();
  if (typed === "") return { url: null };
  const url = parse(typed);
  if (url?.protocol === "http:") return { wrong: t.pictures.insecure };
  if (!url || !url.hostname.includes(".")) return { wrong: t.pictures.none };
  const full = hasScheme(typed) ? typed : `https://${typed}`;
  if (new TextEncoder().encode(full).length > LONGEST) return { wrong: t.pictures.tooLong };
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
