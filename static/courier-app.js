// The courier's app: keeps the tour on the phone, keeps every report there first, and sends when it can.
// Data comes from courier-store.js, courier-show.js draws it.
(function () {
  "use strict";

  const store = window.courierStore, sending = window.courierSend;
  const words = JSON.parse(document.getElementById("worte").textContent);
  const LOOK_EVERY_MS = 30000;
  const app = { tour: null, reports: [], drafts: null, net: "ok", account: null, others: 0, now: null };
  const byId = function (id) { return document.getElementById(id); };
  const { draw, drawBreak, say, write, show, made, clock, count } = window.courierShow;
  let undoTimer = null;

  // --- what the courier does: first on the phone, then on its way ---

  const WORK = ["departed", "arrived", "delivered", "to_neighbour", "to_locker", "failed", "reloaded", "returned"];

  function report(kind, more, settled) { // who works does not rest: a break that was forgotten ends here
    const resting = app.now.rest.since && WORK.includes(kind);
    return resting ? keep("break_ended").then(function () { return keep(kind, more, settled); }) : keep(kind, more, settled);
  }

  function keep(kind, more, settled) { // settled: the photos of its stop, and the drafts that are left
    const told = Object.assign({ kind: kind, account: app.account, day: app.tour.day }, more);
    return store.addReport(told, settled).then(function (kept) {
      app.reports.push(kept);
      draw();
      look();
      return kept;
    });
  }

  function settle(kind, more) { // the deed at a stop, with what was gathered for it
    const stop = app.now.stops[0], draft = app.drafts[stop.reference] || {};
    const proof = Object.assign({}, draft.fields, more, { kind: undefined });
    delete proof.kind;
    delete app.drafts[stop.reference];
    return report(kind, Object.assign({ shipment: stop.reference }, proof), { photos: draft.photos, drafts: app.drafts }).then(function (kept) {
      offerUndo(kept, stop);
      toTheNext();
    });
  }

  function toTheNext() { // the next thing to do, from its top
    byId(app.now.stops.length ? "halt-adresse" : app.now.later.length ? "h-laden" : "h-fertig-alle").focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }

  function offerUndo(kept, stop) {
    clearTimeout(undoTimer);
    write("zurueck-was", say("undo_was", { what: words.kinds[kept.kind], address: stop.address }));
    show(byId("zurueck"), true);
    byId("zurueck-knopf").onclick = function () { show(byId("zurueck"), false); report("undone", { shipment: kept.shipment, undoes: kept.id }); };
    undoTimer = setTimeout(function () { show(byId("zurueck"), false); }, words.undo_s * 1000);
  }

  function load(stop, on) {
    const told = app.reports.filter(function (one) { return one.kind === "loaded" && one.shipment === stop.reference; }).pop();
    if (on && told) { report("undone", { shipment: stop.reference, undoes: told.id }); } else { report("loaded", { shipment: stop.reference }); }
  }

  function main() {
    if (!app.now.departed) { report("departed").then(toTheNext); }
    else if (app.now.stops.length) { settle("delivered"); }
    else if (app.now.later.length) { report("reloaded", { round: app.now.round }).then(toTheNext); }
    else { report("returned"); }
  }

  let chosen = null;
  function openStop(stop) {
    chosen = stop;
    write("t-halt", stop.position + " · " + stop.address);
    write("b-halt-wer", stop.recipient + (stop.note ? " · " + stop.note : ""));
    write("b-halt-was", [stop.reference, count(stop), stop.shop, clock(stop.opens_s) + "–" + clock(stop.closes_s)].join(" · "));
    byId("b-halt").showModal();
  }

  function reorder(how) {
    const round = function (stop) { return window.courierState.roundOf(app.tour, stop); }, all = app.now.stops.concat(app.now.later);
    const its = all.filter(function (one) { return round(one) === round(chosen); }), at = its.indexOf(chosen); // goods ride in their round
    const to = how === "first" ? 0 : how === "up" ? Math.max(0, at - 1) : Math.min(its.length - 1, at + 1);
    its.splice(to, 0, its.splice(at, 1)[0]);
    byId("b-halt").close();
    const before = all.filter(function (one) { return round(one) < round(chosen); }), behind = all.filter(function (one) { return round(one) > round(chosen); });
    report("reordered", { order: before.concat(its, behind).map(function (one) { return one.reference; }) });
  }

  function notice(text) { // stays until it is read
    const box = made("div", undefined, "kurier__hinweis kurier__hinweis--meldung"), button = made("button", words.dismiss, "kurier__knopf");
    button.type = "button";
    button.addEventListener("click", function () { box.remove(); });
    box.append(made("span", text), button);
    byId("hinweise").append(box);
  }

  // --- talking with the server ---

  function look() { // send what waits; fetch the tour anew if it has changed
    if (app.account === null) { return refresh(); }
    const before = new Set(app.reports.filter(function (one) { return one.sent; }).map(function (one) { return one.id; }));
    return sending.send(app.account).then(function (found) {
      app.net = found.state === "refused" ? "ok" : found.state;
      return loadReports().then(function () {
        app.reports.forEach(function (one) { if (one.text && !before.has(one.id) && one.sent) { notice(one.text); } });
        const stale = found.state === "ok" && found.mark !== undefined && (!app.tour || found.mark !== (app.tour.mark || ""));
        return stale ? refresh(true) : draw();
      });
    });
  }

  function refresh(changed) {
    return sending.ask("/tour/paket.json").then(function (found) {
      if (found.state === "ok") { return take(found.data, changed); }
      app.net = found.state === "refused" ? "ok" : found.state;
      if (!app.tour || !app.tour.stops) { explain(found); }
      draw();
      return null;
    });
  }

  function take(data, changed) {
    const had = app.tour && app.tour.stops ? app.tour : null;
    if (changed && had && data.stops && had.day === data.day && had.tour !== data.tour) { notice(words.changed); }
    app.net = "ok";
    app.account = data.account;
    app.tour = data;
    delete data.token;
    return store.set("tour", data).then(loadReports).then(function () {
      if (!data.stops) { write("warten-text", words.no_tour); }
      draw();
      return look.once ? null : (look.once = true, look());
    });
  }

  function explain(found) {
    const way = byId("warten-weg");
    const [text, label, url] = found.state === "signed_out" ? [words.sign_in_first, words.sign_in, "/login?next=/tour"]
      : found.status === 403 ? [words.not_courier, words.home, "/"] : [words.no_tour_offline, "", ""];
    write("warten-text", text);
    show(way, Boolean(label));
    way.textContent = label;
    if (url) { way.href = url; }
  }

  function loadReports() { // those on the phone, and those the server knows from elsewhere
    return Promise.all([store.reports(), store.get("drafts")]).then(function ([all, drafts]) {
      const mine = all.filter(function (one) { return one.account === app.account; }), day = app.tour && app.tour.day;
      const old = mine.filter(function (one) { return one.sent && one.day !== day; });
      app.others = all.filter(function (one) { return !one.sent && one.account !== app.account; }).length;
      const here = mine.filter(function (one) { return !old.includes(one); }), ids = new Set(here.map(function (one) { return one.id; }));
      const elsewhere = ((app.tour && app.tour.events) || []).filter(function (one) { return !ids.has(one.id); });
      app.reports = here.concat(elsewhere.map(function (one) { return Object.assign({ sent: 1 }, one); }));
      app.drafts = app.drafts || drafts || {}; // read once: from then on this page knows them best
      return Promise.all(old.map(function (one) { return store.dropReport(one.key); }));
    });
  }

  // --- signing out: send first, else say what would be lost; then nothing stays ---

  function leave() {
    look().then(store.unsent).then(function (lost) {
      if (app.net === "ok" && !lost) { return end(); }
      write("b-weg-text", lost ? say("sign_out_ask", { count: lost }) : words.sign_out_off);
      write("weg-trotzdem", lost ? say("sign_out_anyway", { count: lost }) : words.wipe);
      if (!byId("b-weg").open) { byId("b-weg").showModal(); }
      return null;
    });
  }

  function end() {
    const form = byId("logout");
    return sending.ask("/tour/stand.json").then(function (found) {
      return store.wipe().then(function () {
        if (found.state === "ok") { form.elements.csrf_token.value = found.data.token; form.submit(); return; }
        location.replace("/tour");
      });
    });
  }

  // --- beginning ---

  function listen() {
    byId("haupt").addEventListener("click", main);
    byId("nicht").addEventListener("click", function () { byId("b-nicht").showModal(); });
    byId("b-nicht").addEventListener("click", function (event) {
      const reason = event.target.dataset.reason;
      if (reason) { byId("b-nicht").close(); settle("failed", { reason: reason }); }
    });
    document.querySelectorAll("[data-close]").forEach(function (button) { button.addEventListener("click", function () { button.closest("dialog").close(); }); });
    byId("b-halt").addEventListener("click", function (event) { if (event.target.dataset.order) { reorder(event.target.dataset.order); } });
    byId("pause").addEventListener("click", function () { report(app.now.rest.since ? "break_ended" : "break_started"); });
    byId("nacht").addEventListener("click", function () { store.set("night", !document.body.classList.contains("kurier--nacht")).then(colours); });
    byId("abmelden").addEventListener("click", leave);
    byId("weg-nochmal").addEventListener("click", leave);
    byId("weg-trotzdem").addEventListener("click", end);
    window.addEventListener("photo-refused", function (event) { notice(event.detail || words.photo_large); });
    window.addEventListener("online", look);
    window.addEventListener("offline", look);
    window.addEventListener("focus", look);
    document.addEventListener("visibilitychange", function () { if (!document.hidden) { look(); } });
    setInterval(function () { if (!document.hidden) { look(); } }, LOOK_EVERY_MS);
    setInterval(function () { if (app.now && !document.hidden) { app.now = window.courierState.read(app.tour, app.reports, Date.now()); drawBreak(); } }, 20000);
  }

  function colours() {
    return store.get("night").then(function (night) {
      document.body.classList.toggle("kurier--nacht", Boolean(night));
      byId("nacht").setAttribute("aria-pressed", String(Boolean(night)));
    });
  }

  function begin() {
    window.courierShow.begin(app, { load: load, openStop: openStop });
    listen();
    window.courierProof.listen({ app: app, words: words, say: say, report: report, settle: settle, notice: notice, draw: draw });
    window.courierScan.listen({ app: app, words: words, say: say });
    store.get("tour").then(function (tour) {
      if (tour) { app.tour = tour; app.account = tour.account; }
      return Promise.all([loadReports(), colours()]);
    }).then(function () {
      if (app.tour) { draw(); }
      return refresh();
    }).then(function () {
      if (location.hash === "#abmelden") { leave(); }
    }).catch(function () {
      write("warten-text", words.no_database);
      show(byId("warten-weg"), true);
      byId("warten-weg").textContent = words.plain_page;
      byId("warten-weg").href = "/tour/einfach";
    });
    if ("serviceWorker" in navigator) { navigator.serviceWorker.register("/tour/sw.js", { scope: "/tour" }).catch(function () {}); }
  }

  begin();
})();
