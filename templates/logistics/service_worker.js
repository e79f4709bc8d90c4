// Keeps the courier's app on the phone, so that it starts and rides without a network. Holds no data of its own:
// the tour lies in the app's database, the map of the tour and the tiles of the town around it in the cache
// "kurier-karte", which the app fills itself.
"use strict";

const SHELL = "kurier-{{ version }}", TOUR_MAP = "kurier-karte";
const FILES = {{ files|tojson }};
const PAGES = ["/tour", "/tour/karte/rahmen"];

self.addEventListener("install", function (event) {
  const wanted = PAGES.concat(FILES).map(function (url) { return new Request(url, { cache: "reload", credentials: "same-origin" }); });
  event.waitUntil(caches.open(SHELL).then(function (cache) { return cache.addAll(wanted); }).then(function () { return self.skipWaiting(); }));
});

self.addEventListener("activate", function (event) {
  event.waitUntil(caches.keys().then(function (names) {
    const old = names.filter(function (name) { return name.startsWith("kurier-") && name !== SHELL && name !== TOUR_MAP; });
    return Promise.all(old.map(function (name) { return caches.delete(name); }));
  }).then(function () { return self.clients.claim(); }));
});

function kept(request, name) {
  return caches.open(name)
    .then(function (cache) { return cache.match(request, { ignoreSearch: true, ignoreVary: true }); })
    .then(function (found) { return found || fetch(request); });
}

function keptExactly(request) { // the tiles of another tour have another address
  return caches.open(TOUR_MAP)
    .then(function (cache) { return cache.match(request, { ignoreVary: true }); })
    .then(function (found) { return found || fetch(request); });
}

self.addEventListener("fetch", function (event) {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) { return; }
  if (PAGES.includes(url.pathname) || FILES.includes(url.pathname)) { event.respondWith(kept(event.request, SHELL)); }
  if (url.pathname === "/tour/karte.json") { event.respondWith(kept(event.request, TOUR_MAP)); }
  if (url.pathname === "/tour/karte.pmtiles") { event.respondWith(keptExactly(event.request)); }
});
