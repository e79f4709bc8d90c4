// The dispatcher's board: a stop is dragged in the time table, or chosen in a list; what follows is shown beside the map.
// Nothing changes before the button in that panel is pressed. Every link and form here works without this script, too.
(function () {
  "use strict";

  const place = document.getElementById("folgen-tafel");
  const FAR_PX = 6; // less is a click
  let drag = null;

  // The time table opens where the day stands: at the present minute, else at the first departure.
  document.querySelectorAll("[data-blick]").forEach(function (svg) { svg.parentElement.scrollLeft = Math.max(0, Number(svg.dataset.blick) - 60); });

  // The day in small above it shows which part is seen; a click there goes to that hour.
  function look(frame) {
    const day = frame.previousElementSibling, seen = day && day.querySelector(".gantt-tag__blick");
    if (!seen) { return; }
    const share = 100 / frame.querySelector("[data-gantt]").getBoundingClientRect().width;
    seen.setAttribute("x", frame.scrollLeft * share + "%");
    seen.setAttribute("width", Math.max(0, Math.min(100, visible(frame) * share)) + "%");
  }
  function visible(frame) { return frame.clientWidth - frame.querySelector(".gantt__namen").getBoundingClientRect().width; }
  function look_at_all() { document.querySelectorAll(".gantt-rahmen").forEach(look); }
  look_at_all();
  document.addEventListener("scroll", function (event) { if (event.target.classList && event.target.classList.contains("gantt-rahmen")) { look(event.target); } }, true);
  window.addEventListener("resize", look_at_all);
  document.addEventListener("htmx:after:swap", look_at_all);
  document.addEventListener("click", function (event) {
    const day = event.target.closest && event.target.closest("[data-tag]");
    if (!day) { return; }
    const frame = day.nextElementSibling, box = day.getBoundingClientRect();
    const wide = frame.querySelector("[data-gantt]").getBoundingClientRect().width;
    frame.scrollLeft = (event.clientX - box.left) / box.width * wide - visible(frame) / 2;
  });

  function show(url) {
    return fetch(url, { credentials: "same-origin", headers: { "X-Part": "1" } }).then(function (answer) {
      if (!answer.ok || answer.redirected) { location.href = url; return null; }
      return answer.text();
    }).then(function (text) {
      if (text === null || text === undefined) { return; }
      const part = new DOMParser().parseFromString(text, "text/html").getElementById("folgen");
      if (!part) { location.href = url; return; }
      place.replaceChildren(part);
      part.focus({ preventScroll: true });
      part.scrollIntoView({ block: "nearest" });
    }).catch(function () { location.href = url; });
  }

  function at(svg, event) { // in units of the drawing
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return { x: point.x, y: point.y };
  }

  function target(svg, spot, moved) { // the bike's row, and the place among the stops that are still open there
    const rows = Array.from(svg.querySelectorAll("[data-zeile]"));
    const row = rows.find(function (one) { return Math.abs(Number(one.dataset.y) - spot.y) <= 28; });
    if (!row) { return null; }
    const before = Array.from(row.querySelectorAll("[data-halt], [data-nachladen]")).filter(function (one) {
      const box = one.querySelector("rect");
      return one !== moved && Number(box.getAttribute("x")) + Number(box.getAttribute("width")) / 2 < spot.x;
    });
    return { row: row, place: before.length + 1 };
  }

  function clear() {
    if (!drag) { return; }
    drag.stop.classList.remove("gantt__halt--zieht");
    if (drag.mark) { drag.mark.remove(); }
    drag = null;
  }

  function mark(svg, found, x) {
    if (drag.mark) { drag.mark.remove(); drag.mark = null; }
    if (!found) { return; }
    const y = Number(found.row.dataset.y), line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    line.setAttribute("d", "M" + x + " " + (y - 24) + "V" + (y + 24));
    line.setAttribute("class", "gantt__marke");
    found.row.append(line);
    drag.mark = line;
  }

  document.addEventListener("pointerdown", function (event) {
    const stop = event.target.closest && event.target.closest("[data-halt]");
    if (!stop || event.button !== 0) { return; }
    drag = { stop: stop, svg: stop.ownerSVGElement, x: event.clientX, y: event.clientY, far: false, mark: null };
  });

  document.addEventListener("pointermove", function (event) {
    if (!drag) { return; }
    drag.far = drag.far || Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > FAR_PX;
    if (!drag.far) { return; }
    drag.stop.classList.add("gantt__halt--zieht");
    const spot = at(drag.svg, event);
    mark(drag.svg, target(drag.svg, spot, drag.stop), spot.x);
  });

  document.addEventListener("pointerup", function (event) {
    if (!drag) { return; }
    const held = drag, found = held.far ? target(held.svg, at(held.svg, event), held.stop) : null;
    clear();
    if (found) {
      const query = new URLSearchParams({ halt: held.stop.dataset.halt, rad: found.row.dataset.zeile, platz: found.place });
      show(held.svg.dataset.gantt + "?" + query);
    }
  });
  document.addEventListener("pointercancel", clear);
  document.addEventListener("dragstart", function (event) { if (event.target.closest && event.target.closest("[data-gantt]")) { event.preventDefault(); } });
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") { clear(); } });

  document.addEventListener("click", function (event) {
    const link = event.target.closest && event.target.closest("a[data-halt], a[data-folgen-halt]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) { return; }
    event.preventDefault();
    show(link.href.baseVal || link.href);
  });

  document.addEventListener("submit", function (event) { // another bike or place: shown at once, still nothing changes
    const form = event.target.closest("form[data-folgen]");
    if (!form) { return; }
    event.preventDefault();
    show(form.action + "?" + new URLSearchParams(new FormData(form)));
  });
  document.addEventListener("change", function (event) {
    const form = event.target.closest && event.target.closest("form[data-folgen]");
    if (form && event.target.name === "rad") { form.elements.platz.value = "1"; }
  });
})();
