// Keeps the drawn area and the typed corners of the form the same. The map is <iframe data-draw="id of the text field">.
(function () {
  "use strict";

  function fieldOf(frame) { return document.getElementById(frame.dataset.draw); }

  function say(frame, count, crossing) {
    const said = document.querySelector('[data-draw-said="' + frame.dataset.draw + '"]');
    const counted = count === 1 ? said.dataset.corner : said.dataset.corners.replace("{count}", count);
    said.textContent = !count ? said.dataset.none : crossing ? said.dataset.crossing : counted;
  }

  function typed(field) { // only what can be read; the server says what is wrong with the rest
    return field.value.split("\n").map(function (line) { return line.split(",").map(Number); })
      .filter(function (corner) { return corner.length === 2 && corner.every(Number.isFinite); });
  }

  function remind(frame) {
    frame.contentWindow.postMessage({ kind: "outline", corners: typed(fieldOf(frame)) }, location.origin);
  }

  window.addEventListener("message", function (event) {
    const frames = Array.from(document.querySelectorAll("iframe[data-draw]"));
    const frame = frames.find(function (one) { return one.contentWindow === event.source; });
    if (event.origin !== location.origin || !frame || !event.data) { return; }
    if (event.data.kind === "drawn" && Array.isArray(event.data.corners)) {
      fieldOf(frame).value = event.data.corners.map(function (corner) { return corner.map(Number).join(", "); }).join("\n");
      say(frame, event.data.corners.length, event.data.crossing);
    } else if (event.data.kind === "shown") { say(frame, event.data.count, event.data.crossing);
    } else if (event.data.kind === "ready") { remind(frame); }
  });

  document.querySelectorAll("iframe[data-draw]").forEach(function (frame) {
    fieldOf(frame).addEventListener("change", function () { remind(frame); });
    remind(frame);
  });
})();
