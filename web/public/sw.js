// Has the client's own files at hand, so that it opens at once and without a network. What the server says, it leaves
// alone: the client itself keeps of that what it may.
//
// A newer worker waits until a page asks for it ("take"), so that no page loses the files that it is made of. The files
// of the version before stay, for pages that were opened with it.
const SHELL = "__SHELL__";
const CACHE = "podium-__VERSION__";

/** Addresses that are not the client's. */
const SERVER = /^\/(v1|socket|docs|openapi\.json)(\/|$)/;

self.addEventListener("install", (event) => {
  const fill = async () => {
    // Past the browser's own cache, which may hold an older page.
    const fresh = (path) => new Request(path, { cache: "reload", headers: { accept: "text/html, */*" } });
    try {
      const page = await fetch(fresh("/"));
      // In the middle of a deploy the page may come from another version than this worker: then the next look will do.
      const parts = [...(await page.clone().text()).matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path]) => path);
      if (!page.ok || parts.some((path) => !SHELL.includes(path))) throw new Error("the page is of another version");
      const cache = await caches.open(CACHE);
      await cache.addAll(SHELL.map(fresh));
      await cache.put("/", page);
    } catch (error) {
      await caches.delete(CACHE);
      throw error;
    }
    // The first one of all has no page to take anything from.
    if (!self.registration.active) await self.skipWaiting();
  };
  event.waitUntil(fill());
});

self.addEventListener("message", ({ data }) => {
  if (data === "take") self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    // In the order in which they were made: the last one but this is of the version before.
    const others = (await caches.keys()).filter((name) => name.startsWith("podium-") && name !== CACHE);
    await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin || SERVER.test(pathname)) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (pathname !== "/") event.respondWith(file(request));
});

async function page(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match("/", { ignoreVary: true })) ?? fetch(request);
}

/** A file of this version, or of the one before. */
async function file(request) {
  const options = { ignoreVary: true };
  const cache = await caches.open(CACHE);
  const kept = (await cache.match(request, options)) ?? (await caches.match(request, options));
  if (kept) return kept;
  const answer = await fetch(request);
  // The page at hand is made of files that are nowhere any more: the next time, the server's is taken.
  if (answer.status === 404 && request.destination === "script") await cache.delete("/");
  return answer;
}
