// Writes the point picked on a map into the form's hidden fields, and shows the map what was picked before.
// The map is <iframe data-pick-lat="id of a field" data-pick-lon="…" data-pick-said="id of the sentence beside it">.
(function () {
  "use strict";

  function told(frame, lat, lon) {
    const said = document.getElementById(frame.dataset.pickSaid);
    if (said) { said.textContent = said.dataset.text.replace("{lat}", lat.toFixed(5)).replace("{lon}", lon.toFixed(5)); }
  }

  function remind(frame) { // whoever of page and map is ready last brings the two together
    const lat = document.getElementById(frame.dataset.pickLat), lon = document.getElementById(frame.dataset.pickLon);
    if (!lat.value || !lon.value) { return; }
    frame.contentWindow.postMessage({ kind: "chosen", lat: Number(lat.value), lon: Number(lon.value) }, location.origin);
    told(frame, Number(lat.value), Number(lon.value));
  }

  window.addEventListener("message", function (event) {
    const frames = Array.from(document.querySelectorAll("iframe[data-pick-lat]"));
    const frame = frames.find(function (one) { return one.contentWindow === event.source; });
    if (event.origin !== location.origin || !frame || !event.data) { return; }
    if (event.data.kind === "picked" && Number.isFinite(event.data.lat) && Number.isFinite(event.data.lon)) {
      document.getElementById(frame.dataset.pickLat).value = event.data.lat;
      document.getElementById(frame.dataset.pickLon).value = event.data.lon;
      told(frame, event.data.lat, event.data.lon);
    } else if (event.data.kind === "ready") { remind(frame); }
  });

  document.addEventListener("placed", function (event) { // an address was chosen (addresses.js)
    const frame = document.querySelector('iframe[data-pick-lat="' + event.target.id + '"]');
    if (frame) { remind(frame); }
  });

  document.querySelectorAll("iframe[data-pick-lat]").forEach(remind);
})();
