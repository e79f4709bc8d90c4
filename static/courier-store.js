// What the courier's phone keeps: the tour, the reports with their photos until they are sent, and a few choices.
// Everything lies in one database of the browser; wiping it and the caches leaves nothing of a tour on the phone.
(function () {
  "use strict";

  const NAME = "kurier", VERSION = 1;
  let opened = null;

  function open() {
    if (opened) { return opened; }
    opened = new Promise(function (done, failed) {
      const asked = indexedDB.open(NAME, VERSION);
      asked.onupgradeneeded = function () {
        asked.result.createObjectStore("kept"); // tour, choices, drafts: by name
        asked.result.createObjectStore("reports", { keyPath: "key" }); // keys begin with the time, so they come in order
        asked.result.createObjectStore("photos", { keyPath: "id" });
      };
      asked.onsuccess = function () {
        asked.result.onversionchange = function () { asked.result.close(); opened = null; };
        done(asked.result);
      };
      asked.onerror = function () { opened = null; failed(asked.error); };
    });
    return opened;
  }

  function deed(stores, mode, work) {
    return open().then(function (database) {
      return new Promise(function (done, failed) {
        const act = database.transaction(stores, mode), asked = work(function (name) { return act.objectStore(name); });
        act.oncomplete = function () { done(asked && asked.result); };
        act.onerror = act.onabort = function () { failed(act.error || new Error("the phone's database gave up")); };
      });
    });
  }

  const read = function (name, work) { return deed([name], "readonly", function (store) { return work(store(name)); }); };
  const write = function (name, work) { return deed([name], "readwrite", function (store) { return work(store(name)); }); };

  function get(name) { return read("kept", function (store) { return store.get(name); }); }
  function set(name, value) { return write("kept", function (store) { return store.put(value, name); }); }
  function drop(name) { return write("kept", function (store) { return store.delete(name); }); }

  function newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, function (one) { return one.toString(16).padStart(2, "0"); }).join("");
  }

  // One report: {key, id, account, sent, at, day, kind, shipment, …}. Once it is here it survives a reload or an empty battery.
  // Its photos are its own from the same moment, and what was gathered for its stop is over: kept together or not at all.
  function addReport(report, more) {
    const at = Date.now(), { photos, drafts } = more || {};
    const kept = Object.assign({ id: newId(), at: at, sent: 0 }, report);
    kept.key = String(at).padStart(15, "0") + "-" + kept.id;
    return deed(["reports", "photos", "kept"], "readwrite", function (store) {
      store("reports").put(kept);
      if (drafts) { store("kept").put(drafts, "drafts"); }
      (photos || []).forEach(function (id) {
        const asked = store("photos").get(id);
        asked.onsuccess = function () { if (asked.result) { store("photos").put(Object.assign(asked.result, { report: kept.id })); } };
      });
    }).then(function () { return kept; });
  }

  function reports() { return read("reports", function (store) { return store.getAll(); }); }
  function putReport(report) { return write("reports", function (store) { return store.put(report); }); }
  function dropReport(key) { return write("reports", function (store) { return store.delete(key); }); }

  function addPhoto(photo) { return write("photos", function (store) { return store.put(photo); }); }
  function photos() { return read("photos", function (store) { return store.getAll(); }); }
  function dropPhoto(id) { return write("photos", function (store) { return store.delete(id); }); }

  function unsent() { // how much would be lost if the phone forgot everything now
    return Promise.all([reports(), photos()]).then(function ([told, pictures]) {
      return told.filter(function (one) { return !one.sent; }).length + pictures.filter(function (one) { return one.report; }).length;
    });
  }

  function wipe() { // nothing of any tour stays: database, caches, worker
    const closing = opened ? opened.then(function (database) { database.close(); opened = null; }).catch(function () {}) : Promise.resolve();
    return closing.then(function () {
      return new Promise(function (done) {
        const asked = indexedDB.deleteDatabase(NAME);
        asked.onsuccess = asked.onerror = asked.onblocked = function () { done(); };
      });
    }).then(function () {
      return "caches" in window ? caches.keys().then(function (names) { return Promise.all(names.map(function (name) { return caches.delete(name); })); }) : null;
    }).then(function () {
      if (!("serviceWorker" in navigator)) { return null; }
      return navigator.serviceWorker.getRegistrations().then(function (all) { return Promise.all(all.map(function (one) { return one.unregister(); })); });
    });
  }

  window.courierStore = {
    get: get, set: set, drop: drop, newId: newId, addReport: addReport, reports: reports, putReport: putReport, dropReport: dropReport,
    addPhoto: addPhoto, photos: photos, dropPhoto: dropPhoto, unsent: unsent, wipe: wipe
  };
})();
