// What the reports on the phone add up to: the same rules as on the server (logistics/outcomes.py), as a pure function.
(function () {
  "use strict";

  const HANDED_OVER = ["delivered", "to_neighbour", "to_locker"], UNDO_WITHIN_MS = 60000, MIN_BREAK_MS = 15 * 60000;

  function inOrder(reports) { // each once, as it happened
    const once = new Map();
    reports.forEach(function (one) { if (!once.has(one.id)) { once.set(one.id, one); } });
    return Array.from(once.values()).sort(function (a, b) { return a.at - b.at || (a.id < b.id ? -1 : 1); });
  }

  function takenBack(told) {
    const known = new Map(told.map(function (one) { return [one.id, one]; }));
    return new Set(told.filter(function (one) {
      const target = one.kind === "undone" && known.get(one.undoes);
      return target && Math.abs(one.at - target.at) <= UNDO_WITHIN_MS;
    }).map(function (one) { return one.undoes; }));
  }

  function outcome(told, undone) { // the report that counts for one shipment; null: still open
    let counted = null;
    told.forEach(function (one) {
      const settles = one.kind === "failed" || HANDED_OVER.includes(one.kind);
      if (!settles || undone.has(one.id) || one.decides) { return; }
      if (!counted || counted.kind === "failed") { counted = one; }
    });
    const decided = told.filter(function (one) { return one.decides; });
    return decided.length ? decided[decided.length - 1] : counted;
  }

  function rests(told, now) {
    let total = 0, since = null;
    told.forEach(function (one) {
      if (one.kind === "break_started" && since === null) { since = one.at; }
      if (one.kind === "break_ended" && since !== null) { total += counting(one.at - since); since = null; }
    });
    return { ms: total + (since === null ? 0 : counting(now - since)), since: since };
  }

  function counting(ms) { return ms >= MIN_BREAK_MS ? ms : 0; }

  function roundOf(tour, stop) { // from 1: how often the bike has loaded before it goes there
    return 1 + (tour.reloads || []).filter(function (one) { return one.after < stop.position; }).length;
  }

  // {stops: open ones that are on board in the order they are ridden, later: those of rounds ahead, round: to be loaded next, done: [{stop, report}], loaded: Set, departed, returned, rest, last}
  function read(tour, reports, now) {
    const told = inOrder(reports), undone = takenBack(told);
    const byShipment = new Map(tour.stops.map(function (stop) { return [stop.reference, []]; }));
    told.forEach(function (one) { if (byShipment.has(one.shipment)) { byShipment.get(one.shipment).push(one); } });
    const orders = told.filter(function (one) { return one.kind === "reordered" && Array.isArray(one.order) && !undone.has(one.id); });
    const order = orders.length ? orders[orders.length - 1].order : [];
    const place = function (stop) { const at = order.indexOf(stop.reference); return at < 0 ? 1000 + stop.position : at; };
    const outcomes = new Map(tour.stops.map(function (stop) { return [stop.reference, outcome(byShipment.get(stop.reference), undone)]; }));
    const open = tour.stops.filter(function (stop) { return !outcomes.get(stop.reference); });
    const done = tour.stops.filter(function (stop) { return outcomes.get(stop.reference); })
      .map(function (stop) { return { stop: stop, report: outcomes.get(stop.reference) }; })
      .sort(function (a, b) { return a.report.at - b.report.at; });
    const some = function (kind) { return told.some(function (one) { return one.kind === kind && !undone.has(one.id); }); };
    const reported = told.filter(function (one) { return one.kind === "reloaded" && !undone.has(one.id); }).map(function (one) { return one.round || 2; });
    const round = Math.max.apply(null, [1].concat(reported, done.map(function (one) { return roundOf(tour, one.stop); })));
    const byRound = function (a, b) { return roundOf(tour, a) - roundOf(tour, b) || place(a) - place(b); };
    const later = open.filter(function (stop) { return roundOf(tour, stop) > round; }).sort(byRound);
    return {
      stops: open.filter(function (stop) { return roundOf(tour, stop) <= round; }).sort(function (a, b) { return place(a) - place(b); }),
      later: later,
      round: later.length ? roundOf(tour, later[0]) : round,
      done: done,
      loaded: new Set(told.filter(function (one) { return one.kind === "loaded" && !undone.has(one.id); }).map(function (one) { return one.shipment; })),
      arrived: new Set(told.filter(function (one) { return one.kind === "arrived"; }).map(function (one) { return one.shipment; })),
      departed: some("departed") || done.length > 0 || reported.length > 0,
      returned: some("returned"),
      reordered: order.length > 0,
      rest: rests(told, now),
      last: done.length ? done[done.length - 1] : null
    };
  }

  window.courierState = { read: read, roundOf: roundOf };
})();
