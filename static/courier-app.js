// The courier's app: shows the tour that lies on the phone, keeps every report there first, and sends when it can.
// Words come from the page, data from courier-store.js; whatever a person wrote is put in with textContent.
(function () {
  "use strict";

  const store = window.courierStore, sending = window.courierSend;
  const words = JSON.parse(document.getElementById("worte").textContent);
  const LOOK_EVERY_MS = 30000, HINT_WALK_M = 25, MAP_SPARE_DEG = 0.0004;
  const app = { tour: null, reports: [], drafts: {}, net: "ok", account: null, others: 0, now: null };
  const byId = function (id) { return document.getElementById(id); };
  let undoTimer = null, mapShown = "";

  function say(name, values) {
    const text = values.count === 1 && words[name + "_one"] || words[name];
    return text.replace(/%\((\w+)\)s/g, function (_whole, key) { return String(values[key]); });
  }
  function show(element, yes) { element.hidden = !yes; }
  function write(id, text) { byId(id).textContent = text; }
  function made(name, text, className) {
    const element = document.createElement(name);
    if (className) { element.className = className; }
    if (text !== undefined) { element.textContent = text; }
    return element;
  }
  function clock(seconds) { return String(Math.floor(seconds / 3600) % 24).padStart(2, "0") + ":" + String(Math.floor(seconds / 60) % 60).padStart(2, "0"); }
  function clockOf(ms) { return new Date(ms).toLocaleTimeString("de-DE", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Berlin" }); }
  function count(stop) { return say("parcels", { count: stop.parcels }); }
  function today() { return new Date().toLocaleDateString("sv-SE", { timeZone: "Europe/Berlin" }); }

  // --- what is shown ---

  function draw() {
    const there = Boolean(app.tour && app.tour.stops);
    show(byId("tour"), there);
    show(byId("warten"), !there);
    show(byId("zur-liste"), there);
    drawNet();
    if (!there) { show(byId("taten"), false); return; }
    app.now = window.courierState.read(app.tour, app.reports, Date.now());
    const stage = !app.now.departed ? "load" : app.now.stops.length ? "ride" : "done";
    const next = stage === "ride" ? app.now.stops[0] : null;
    drawHead(stage, next);
    drawLoading(stage === "load");
    drawStop(next);
    drawEnd(stage === "done");
    drawWay(stage, next);
    drawLists(stage);
    drawBreak();
    drawDeeds(stage, next);
    drawMap(stage, next);
  }

  function drawHead(stage, next) {
    const all = app.tour.stops.length, bike = app.tour.bike;
    write("kopf", stage === "load" ? say("head_load", { bike: bike }) : stage === "done" ? say("head_back", { bike: bike })
      : say("head", { bike: bike, number: all - app.now.stops.length + 1, count: all }));
    show(byId("liste"), stage !== "done");
    document.title = next ? next.address : words.load_title.replace("%(hub)s", app.tour.hub.name);
  }

  function drawLoading(yes) {
    show(byId("laden"), yes);
    if (!yes) { return; }
    write("h-laden", say("load_title", { hub: app.tour.hub.name }));
    write("laden-wie", say("load_how", { loaded: app.now.loaded.size, count: app.tour.stops.length }));
    const rows = app.now.stops.slice().reverse().map(function (stop) {
      const row = made("li"), button = made("button", undefined, "weiter__knopf"), on = app.now.loaded.has(stop.reference);
      button.type = "button";
      button.setAttribute("aria-pressed", String(on));
      button.append(made("span", on ? "✓" : stop.position, on ? "nr nr--fertig" : "nr"), wordsOf(stop.reference, stop.address + " · " + count(stop)));
      button.addEventListener("click", function () { load(stop, on); });
      row.append(button);
      return row;
    });
    replace("laden-liste", rows);
  }

  function wordsOf(title, small) {
    const box = made("span");
    box.append(made("b", title), made("br"), made("span", small, "leise klein16"));
    return box;
  }

  function replace(id, rows) { // keeps the keyboard where it was
    const list = byId(id), at = Array.from(list.querySelectorAll("button")).indexOf(document.activeElement);
    list.replaceChildren.apply(list, rows);
    if (at >= 0) { const again = list.querySelectorAll("button")[at]; if (again) { again.focus(); } }
  }

  function drawStop(stop) {
    show(byId("halt"), Boolean(stop));
    if (!stop) { return; }
    write("halt-wann", say("arrival", { eta: clock(stop.arrives_s), opens: clock(stop.opens_s), closes: clock(stop.closes_s) }));
    write("halt-adresse", stop.address);
    write("halt-wer", stop.recipient);
    write("halt-pakete", count(stop));
    write("halt-gewicht", say("size", { kg: String(stop.kg).replace(".", ","), litres: stop.litres }));
    write("halt-nummer", stop.reference);
    write("halt-laden", stop.shop);
    write("halt-notiz", stop.note);
    show(byId("halt-notiz"), Boolean(stop.note));
    byId("halt-hinweise").replaceChildren.apply(byId("halt-hinweise"), hintsOf(stop));
  }

  function hint(parts) {
    const box = made("div", undefined, "kurier__hinweis"), text = made("span");
    parts.forEach(function (part) { text.append(part); });
    box.append(made("span", "!", "kurier__ausruf"), text);
    box.firstChild.setAttribute("aria-hidden", "true");
    return box;
  }

  function hintsOf(stop) {
    const hints = [];
    if (stop.cancelled) { hints.push(hint([made("strong", words.cancelled)])); }
    stop.pushes.forEach(function (push) {
      const where = push.street ? say("push_in", { street: push.street }) + " " : "";
      hints.push(hint([where, made("strong", words.get_off), " " + say("push", { metres: push.metres })]));
    });
    if (app.now.arrived.has(stop.reference)) { hints.push(hint([words.arrived])); }
    const draft = window.courierProof.inWords(app.drafts[stop.reference], words, say);
    if (draft) { hints.push(hint([say("draft", { what: draft })])); }
    return hints;
  }

  function drawEnd(yes) {
    show(byId("fertig"), yes);
    if (!yes) { return; }
    const failed = app.now.done.filter(function (one) { return one.report.kind === "failed"; });
    write("h-fertig-alle", app.now.returned ? words.evening : words.all_done);
    const sum = say("evening_text", { delivered: app.now.done.length - failed.length, failed: failed.length });
    const back = failed.length ? " " + say("evening_back", { what: failed.map(function (one) { return one.stop.reference; }).join(", ") }) : "";
    write("fertig-wie", app.now.returned ? sum + back : say("ride_back", { hub: app.tour.hub.name, address: app.tour.hub.address }) + back);
  }

  function drawWay(stage, next) {
    const target = next || (stage === "load" ? app.now.stops[0] : null);
    const steps = target ? target.steps : app.tour.back.steps;
    byId("weg-worte").replaceChildren.apply(byId("weg-worte"), steps.map(function (step) {
      const row = made("li", step.text);
      if (step.metres) { row.append(" ", made("span", metres(step.metres), "leise")); }
      return row;
    }));
    show(byId("weg"), steps.length > 0 && !app.now.returned);
    write("weg-hinweis", words.order_note);
    show(byId("weg-hinweis"), app.now.reordered && Boolean(target));
    const far = target && target.walk_m >= HINT_WALK_M;
    if (far) { write("weg-zu-fuss", say("walk", { metres: target.walk_m })); }
    show(byId("weg-zu-fuss"), Boolean(far));
  }

  function metres(value) { return value < 1000 ? value + " m" : (value / 1000).toFixed(1).replace(".", ",") + " km"; }

  function drawLists(stage) {
    const later = app.now.stops.slice(stage === "ride" ? 1 : 0);
    const rows = later.map(function (stop) {
      const row = made("li"), button = made("button", undefined, "weiter__knopf");
      button.type = "button";
      button.append(made("span", stop.position, "nr"), wordsOf(stop.address, stop.recipient + " · " + count(stop)), made("span", clock(stop.arrives_s), "zahl"));
      button.addEventListener("click", function () { openStop(stop); });
      row.append(button);
      return row;
    });
    const end = made("li", undefined, "weiter__ende");
    end.append(made("span", "H", "nr nr--hub"), wordsOf(app.tour.hub.name, words.end), made("span", clock(app.tour.returns_s), "zahl"));
    replace("danach", rows.concat([end]));
    show(byId("erledigt"), app.now.done.length > 0);
    byId("erledigt-liste").replaceChildren.apply(byId("erledigt-liste"), app.now.done.map(function (one) {
      const row = made("li", undefined, "weiter__ende");
      const what = words.kinds[one.report.kind] + (one.report.reason ? ": " + words.reasons[one.report.reason] : "");
      row.append(made("span", one.stop.position, "nr nr--fertig"), wordsOf(one.stop.address, what), made("span", clockOf(one.report.at), "zahl"));
      return row;
    }));
  }

  function drawBreak() {
    const rest = app.now.rest, hours = (app.tour.returns_s - app.tour.departs_s) / 3600, needs = hours > 9 ? 45 : hours > 6 ? 30 : 0;
    const had = Math.round(rest.ms / 60000), parts = [];
    parts.push(needs || had ? say("break_state", { minutes: had, needs: needs }) : words.break_none);
    if (rest.since) { parts.push(say("break_now", { since: clockOf(rest.since) })); }
    else if (needs > had) { parts.push(say("break_by", { until: clock(app.tour.departs_s + 6 * 3600) })); }
    write("pause-stand", parts.join(" "));
    write("pause", rest.since ? words.break_end : words.break_start);
  }

  function drawDeeds(stage, next) {
    show(byId("taten"), !(stage === "done" && app.now.returned));
    write("haupt-wort", stage === "load" ? words.depart : stage === "ride" ? words.delivered : words.returned);
    const riding = stage === "ride", phone = next && next.phone;
    [byId("nicht"), byId("mehr")].forEach(function (button) { show(button, riding); });
    show(byId("anrufen"), riding && Boolean(phone));
    if (phone) { byId("anrufen").href = "tel:" + phone.replace(/[^+0-9]/g, ""); }
    byId("haupt").disabled = Boolean(next && next.cancelled);
  }

  function drawNet() {
    const waiting = app.reports.filter(function (one) { return !one.sent; }).length, values = { count: waiting };
    const bar = byId("netz"), texts = [];
    if (app.net === "signed_out") { texts.push(say("signed_out", values)); }
    else if (app.net === "offline") { texts.push(waiting ? say("offline", values) : words.offline_none); }
    else if (waiting) { texts.push(say("sending", values)); }
    if (app.others) { texts.push(say("other", { count: app.others })); }
    if (app.tour && app.tour.day && app.tour.day !== today()) {
      const day = new Date(app.tour.day + "T12:00:00").toLocaleDateString(document.documentElement.lang, { weekday: "long", day: "numeric", month: "long" });
      texts.push(say("other_day", { day: day }));
    }
    show(bar, texts.length > 0);
    bar.classList.toggle("kurier__netz--ruhig", app.net === "ok" && !waiting && !app.others);
    const text = texts.join(" ");
    if (byId("netz-text").dataset.text !== text) { // said aloud only when it changes
      byId("netz-text").dataset.text = text;
      byId("netz-text").replaceChildren(text);
      if (app.net === "signed_out") {
        const way = made("a", words.sign_in);
        way.href = "/login?next=/tour";
        byId("netz-text").append(" ", way);
      }
    }
  }

  // --- the map: its data is written into the cache from which the worker serves it ---

  function drawMap(stage, next) {
    const shown = [app.tour.mark, next ? next.reference : stage, app.now.done.length].join(" ");
    if (shown === mapShown || !("caches" in window)) { return; }
    mapShown = shown;
    const done = new Set(app.now.done.map(function (one) { return one.stop.reference; }));
    const marks = app.tour.stops.map(function (stop) {
      const mark = { kind: done.has(stop.reference) ? "done" : "stop", point: stop.point, number: stop.position, title: stop.title };
      return next && stop.reference === next.reference ? Object.assign(mark, { large: true, label: stop.address }) : mark;
    });
    const line = app.tour.stops.flatMap(function (stop) { return stop.line; }).concat(app.tour.back.line);
    const walks = app.tour.stops.filter(function (stop) { return stop.line.length && stop.walk_m > 0; })
      .map(function (stop) { return { kind: "walk", line: [stop.line[stop.line.length - 1], stop.point], title: "" }; });
    const near = next && next.line.length ? next.line.concat([next.point]) : line;
    const data = Object.assign({}, app.tour.map, { marks: [app.tour.map.hub].concat(marks), lines: [{ kind: "tour", number: 1, line: line, title: "" }].concat(walks), fit: box(near) });
    delete data.hub;
    const answer = new Response(JSON.stringify(data), { headers: { "Content-Type": "application/json" } });
    caches.open("kurier-karte").then(function (cache) { return cache.put("/tour/karte.json", answer); })
      .then(function () { byId("karte-rahmen").src = "/tour/karte/rahmen?" + encodeURIComponent(shown); })
      .catch(function () { mapShown = ""; });
  }

  function box(points) {
    const lats = points.map(function (one) { return one[0]; }), lons = points.map(function (one) { return one[1]; });
    return [[Math.min.apply(null, lats) - MAP_SPARE_DEG, Math.min.apply(null, lons) - 1.6 * MAP_SPARE_DEG], [Math.max.apply(null, lats) + MAP_SPARE_DEG, Math.max.apply(null, lons) + 1.6 * MAP_SPARE_DEG]];
  }

  // --- what the courier does: first on the phone, then on its way ---

  function report(kind, more) {
    const told = Object.assign({ kind: kind, account: app.account, day: app.tour.day }, more);
    return store.addReport(told).then(function (kept) {
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
    store.set("drafts", app.drafts);
    return report(kind, Object.assign({ shipment: stop.reference }, proof)).then(function (kept) {
      offerUndo(kept, stop);
      byId(app.now.stops.length ? "halt-adresse" : "h-fertig-alle").focus({ preventScroll: true });
      window.scrollTo(0, 0);
      return window.courierProof.attach(draft.photos, kept.id).then(look);
    });
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
    if (!app.now.departed) { report("departed").then(function () { byId("halt-adresse").focus({ preventScroll: true }); window.scrollTo(0, 0); }); }
    else if (app.now.stops.length) { settle("delivered"); }
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
    const order = app.now.stops.map(function (one) { return one.reference; }), at = order.indexOf(chosen.reference);
    const to = how === "first" ? 0 : how === "up" ? Math.max(0, at - 1) : Math.min(order.length - 1, at + 1);
    order.splice(to, 0, order.splice(at, 1)[0]);
    byId("b-halt").close();
    report("reordered", { order: order });
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
    return Promise.all([store.reports(), store.get("drafts"), store.photos()]).then(function ([all, drafts]) {
      const mine = all.filter(function (one) { return one.account === app.account; }), day = app.tour && app.tour.day;
      const old = mine.filter(function (one) { return one.sent && one.day !== day; });
      app.others = all.filter(function (one) { return !one.sent && one.account !== app.account; }).length;
      const here = mine.filter(function (one) { return !old.includes(one); }), ids = new Set(here.map(function (one) { return one.id; }));
      const elsewhere = ((app.tour && app.tour.events) || []).filter(function (one) { return !ids.has(one.id); });
      app.reports = here.concat(elsewhere.map(function (one) { return Object.assign({ sent: 1 }, one); }));
      app.drafts = drafts || {};
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
    listen();
    window.courierProof.listen({ app: app, words: words, say: say, report: report, settle: settle, notice: notice, draw: draw });
    window.courierScan.listen({ app: app, words: words, say: say });
    store.get("tour").then(function (tour) {
      if (tour) { app.tour = tour; app.account = tour.account; }
      return Promise.all([loadReports(), colours()]);
    }).then(function () {
      if (app.tour) { draw(); }
      return refresh();
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
