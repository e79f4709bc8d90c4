// Draws the courier's app: next stop large, way in words, what comes after, breaks, network, map. What the data says goes in
// as textContent. Used by courier-app.js, which hands over what happens when something is tapped.
(function () {
  "use strict";

  const words = JSON.parse(document.getElementById("worte").textContent);
  const HINT_WALK_M = 25, MAP_SPARE_DEG = 0.0004, MAP_CACHE = "kurier-karte";
  const byId = function (id) { return document.getElementById(id); };
  const drawn = new Map(); // what each list shows now
  let app = null, deeds = null, mapShown = "", tilesMissing = false;

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
    const stage = !app.now.departed ? "load" : app.now.stops.length ? "ride" : app.now.later.length ? "reload" : "done";
    const next = stage === "ride" ? app.now.stops[0] : null;
    drawHead(stage, next);
    drawLoading(stage);
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
    write("kopf", stage === "load" ? say("head_load", { bike: bike }) : stage === "reload" ? say("head_reload", { bike: bike }) : stage === "done" ? say("head_back", { bike: bike })
      : say("head", { bike: bike, number: all - app.now.stops.length - app.now.later.length + 1, count: all }));
    show(byId("liste"), stage !== "done");
    document.title = next ? next.address : words.load_title.replace("%(hub)s", app.tour.hub.name);
  }

  function reloadBefore(round) { return app.tour.reloads[round - 2]; }

  function drawLoading(stage) { // what lies on board at the first ride off, and after each return to the hub
    show(byId("laden"), stage === "load" || stage === "reload");
    if (stage !== "load" && stage !== "reload") { return; }
    const again = stage === "reload", its = again ? app.now.later.filter(function (stop) { return window.courierState.roundOf(app.tour, stop) === app.now.round; }) : app.now.stops;
    const goods = its.filter(function (stop) { return !stop.pickup; });
    const loaded = goods.filter(function (stop) { return app.now.loaded.has(stop.reference); }).length;
    write("h-laden", say(again ? "reload_title" : "load_title", { hub: app.tour.hub.name }));
    write("laden-wann", again ? say("reload_when", { arrives: clock(reloadBefore(app.now.round).arrives_s), departs: clock(reloadBefore(app.now.round).departs_s) }) : "");
    show(byId("laden-wann"), again);
    write("laden-wie", say("load_how", { loaded: loaded, count: goods.length }));
    const rows = goods.slice().reverse().map(function (stop) {
      const row = made("li"), button = made("button", undefined, "weiter__knopf"), on = app.now.loaded.has(stop.reference);
      button.type = "button";
      button.setAttribute("aria-pressed", String(on));
      button.append(made("span", on ? "✓" : stop.position, on ? "nr nr--fertig" : "nr"), wordsOf(stop.reference, stop.address + " · " + count(stop)));
      button.addEventListener("click", function () { deeds.load(stop, on); });
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

  function keyOf(row) { return row.textContent + Array.from(row.querySelectorAll("[aria-pressed]"), function (one) { return one.getAttribute("aria-pressed"); }); }

  function replace(id, rows) { // leaves what has not changed alone, so that no tap is lost; keeps the keyboard where it was
    const list = byId(id), key = rows.map(keyOf).join("\n");
    if (drawn.get(id) === key) { return; }
    drawn.set(id, key);
    const at = Array.from(list.querySelectorAll("button")).indexOf(document.activeElement);
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
    write("halt-gewicht", say("size", { kg: decimal(stop.kg), litres: stop.litres }));
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
    const steps = target ? target.steps : stage === "reload" ? reloadBefore(app.now.round).steps : app.tour.back.steps;
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

  function decimal(value) { return value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 }); }

  function metres(value) { return value < 1000 ? value + " m" : decimal(value / 1000) + " km"; }

  function drawLists(stage) {
    const later = app.now.stops.slice(stage === "ride" ? 1 : 0).concat(app.now.later);
    let round = stage === "reload" ? app.now.round : app.now.stops.length ? window.courierState.roundOf(app.tour, app.now.stops[0]) : 1;
    const rows = later.flatMap(function (stop) {
      const its = window.courierState.roundOf(app.tour, stop), before = its > round ? [reloadRow(its)] : [];
      round = Math.max(round, its);
      const row = made("li"), button = made("button", undefined, "weiter__knopf");
      button.type = "button";
      button.append(made("span", stop.position, "nr"), wordsOf(stop.address, stop.recipient + " · " + count(stop)), made("span", clock(stop.arrives_s), "zahl"));
      button.addEventListener("click", function () { deeds.openStop(stop); });
      row.append(button);
      return before.concat([row], breaksBehind(stop));
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

  function reloadRow(round) {
    const one = reloadBefore(round), row = made("li", undefined, "weiter__ende weiter__laden");
    row.append(made("span", "H", "nr nr--hub"), wordsOf(words.reload_row, clock(one.starts_s) + "–" + clock(one.departs_s) + " · " + say("parcels", { count: one.parcels })), made("span", clock(one.arrives_s), "zahl"));
    return row;
  }

  function breaksBehind(stop) { // as planned; one that was taken is counted under "Shift"
    return (app.tour.breaks || []).filter(function (one) { return one.after === stop.position && !app.now.rest.ms; }).map(function (one) {
      const row = made("li", undefined, "weiter__ende");
      row.append(made("span", "P", "nr nr--pause"), wordsOf(words.break_row, clock(one.starts_s) + "–" + clock(one.ends_s)), made("span", clock(one.starts_s), "zahl"));
      return row;
    });
  }

  function drawBreak() {
    const rest = app.now.rest, hours = (app.tour.returns_s - app.tour.departs_s) / 3600, needs = hours > 9 ? 45 : hours > 6 ? 30 : 0;
    const had = Math.round(rest.ms / 60000), parts = [];
    parts.push(needs || had ? say("break_state", { minutes: had, needs: needs }) : words.break_none);
    if (rest.since) { parts.push(say("break_now", { since: clockOf(rest.since) })); }
    else if (needs > had && (app.tour.breaks || []).length) {
      app.tour.breaks.forEach(function (one) { parts.push(say("break_planned", { starts: clock(one.starts_s), ends: clock(one.ends_s), after: one.after })); });
    } else if (needs > had) { parts.push(say("break_by", { until: clock(app.tour.departs_s + 6 * 3600) })); }
    write("pause-stand", parts.join(" "));
    write("pause", rest.since ? words.break_end : words.break_start);
  }

  function drawDeeds(stage, next) {
    show(byId("taten"), !(stage === "done" && app.now.returned));
    write("haupt-wort", stage === "load" ? words.depart : stage === "ride" ? words.delivered : stage === "reload" ? words.reloaded : words.returned);
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
    if (app.now && app.now.rest.since) { texts.push(say("break_now", { since: clockOf(app.now.rest.since) })); }
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

  // The town around the tour is one small tile file; it is kept under its whole address, older ones are thrown away.
  function keepTiles(url) {
    if (!url) { return Promise.resolve(); }
    return caches.open(MAP_CACHE).then(function (cache) {
      return cache.match(url).then(function (found) {
        if (found) { return null; }
        return window.courierSend.whole(url).then(function (answer) {
          if (!answer.ok) { return null; }
          return cache.keys().then(function (all) {
            return Promise.all(all.filter(function (one) { return new URL(one.url).pathname.endsWith(".pmtiles"); }).map(function (one) { return cache.delete(one); }));
          }).then(function () { return cache.put(url, answer); });
        });
      });
    });
  }

  function drawMap(stage, next) {
    const shown = [app.tour.mark, next ? next.reference : stage + app.now.round, app.now.done.length].join(" ");
    if (shown === mapShown && !(tilesMissing && app.net === "ok") || !("caches" in window)) { return; }
    mapShown = shown;
    tilesMissing = false;
    const done = new Set(app.now.done.map(function (one) { return one.stop.reference; }));
    const marks = app.tour.stops.map(function (stop) {
      const mark = { kind: done.has(stop.reference) ? "done" : "stop", point: stop.point, number: stop.position, title: stop.title };
      return next && stop.reference === next.reference ? Object.assign(mark, { large: true, label: stop.address }) : mark;
    });
    const line = app.tour.stops.flatMap(function (stop) {
      const comes = (app.tour.reloads || []).filter(function (one) { return one.after === stop.position - 1; });
      return comes.flatMap(function (one) { return one.line; }).concat(stop.line);
    }).concat(app.tour.back.line);
    const walks = app.tour.stops.filter(function (stop) { return stop.line.length && stop.walk_m > 0; })
      .map(function (stop) { return { kind: "walk", line: [stop.line[stop.line.length - 1], stop.point], title: "" }; });
    const near = next && next.line.length ? next.line.concat([next.point]) : stage === "reload" ? reloadBefore(app.now.round).line : line;
    const data = Object.assign({}, app.tour.map, { marks: [app.tour.map.hub].concat(marks), lines: [{ kind: "tour", number: 1, line: line, title: "" }].concat(walks), fit: box(near) });
    delete data.hub;
    const answer = new Response(JSON.stringify(data), { headers: { "Content-Type": "application/json" } });
    keepTiles(data.tiles_whole).catch(function () { tilesMissing = true; }) // no network: with the next one
      .then(function () { return caches.open(MAP_CACHE); })
      .then(function (cache) { return cache.put("/tour/karte.json", answer); })
      .then(function () { byId("karte-rahmen").src = "/tour/karte/rahmen?" + encodeURIComponent(shown); })
      .catch(function () { mapShown = ""; });
  }

  function box(points) {
    const lats = points.map(function (one) { return one[0]; }), lons = points.map(function (one) { return one[1]; });
    return [[Math.min.apply(null, lats) - MAP_SPARE_DEG, Math.min.apply(null, lons) - 1.6 * MAP_SPARE_DEG], [Math.max.apply(null, lats) + MAP_SPARE_DEG, Math.max.apply(null, lons) + 1.6 * MAP_SPARE_DEG]];
  }

  function begin(given, on) { app = given; deeds = on; }

  window.courierShow = { begin: begin, draw: draw, drawBreak: drawBreak, say: say, write: write, show: show, made: made, clock: clock, count: count };
})();
