// Answers for the server under /sessions/ while it cannot be reached: with a page that records on this device and says
// nothing of anybody. Only that page and the files it needs are kept; pages about patients never are. The server names
// them in CLINIC_SHELL before it loads this script.
/* global CLINIC_SHELL */
"use strict";
const CACHE = `clinic-shell-${CLINIC_SHELL.version}`;
const FILES = new Set(CLINIC_SHELL.files);
const GATEWAY_DOWN = [502, 504];

async function fillCache() {
  const cache = await caches.open(CACHE);
  await cache.addAll(CLINIC_SHELL.files);
  const page = await fetch(CLINIC_SHELL.page, { cache: "no-store", credentials: "same-origin" });
  if (!page.ok || page.redirected) throw new Error("the page for recording could not be fetched");
  await cache.put(CLINIC_SHELL.page, page);
}

async function dropOldCaches() {
  for (const name of await caches.keys()) if (name.startsWith("clinic-shell-") && name !== CACHE) await caches.delete(name);
  await self.clients.claim();
}

const standIn = async () => (await caches.match(CLINIC_SHELL.page)) || Response.error();

async function navigate(request) {
  try {
    const answer = await fetch(request);
    return GATEWAY_DOWN.includes(answer.status) ? standIn() : answer;
  } catch {
    return standIn();
  }
}

self.addEventListener("install", (event) => { self.skipWaiting(); event.waitUntil(fillCache()); });
self.addEventListener("activate", (event) => event.waitUntil(dropOldCaches()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const address = new URL(request.url);
  if (address.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(navigate(request));
  else if (FILES.has(address.pathname)) event.respondWith(caches.match(request).then((kept) => kept || fetch(request)));
});
