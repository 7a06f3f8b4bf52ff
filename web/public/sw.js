// Has the client's own files at hand, so that it opens without a network. What the server says, it leaves alone: the
// client itself keeps of that what it may.
const SHELL = "__SHELL__";
const CACHE = "podium-__VERSION__";

/** Addresses that are not the client's. */
const SERVER = /^\/(v1|socket|docs|openapi\.json)(\/|$)/;

self.addEventListener("install", (event) => {
  const fill = async () => {
    const cache = await caches.open(CACHE);
    // Past the browser's own cache, which may hold an older page.
    await cache.addAll(
      SHELL.map((path) => new Request(path, { cache: "reload", headers: { accept: "text/html, */*" } })),
    );
    await self.skipWaiting();
  };
  event.waitUntil(fill());
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    const names = (await caches.keys()).filter((name) => name.startsWith("podium-") && name !== CACHE);
    await Promise.all(names.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin || SERVER.test(pathname)) return;
  const answer = async () => {
    const cache = await caches.open(CACHE);
    const kept = await cache.match(request.mode === "navigate" ? "/" : request, { ignoreVary: true });
    return kept ?? fetch(request);
  };
  event.respondWith(answer());
});
