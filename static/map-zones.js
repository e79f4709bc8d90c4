// Areas on a map: closures and zones of the city, and drawing one with the mouse, by touch or with the keyboard. Used by map.js.
(function () {
  "use strict";

  const LOOKS = { // colour, and dash so that they are told apart without colour
    closed: ["#b3170f", null], push: ["#b57c00", "10 6"], destination: ["#2044aa", "3 7"], ride: ["#00735f", "14 5 3 5"]
  };
  const INK = "#131525";
  const map = window.map_haus;
  const element = window.town.element;

  function area(one) {
    const [colour, dash] = LOOKS[one.kind] || LOOKS.closed;
    L.polygon(one.ring, { color: "#fff", weight: 6, fill: false, interactive: false }).addTo(map);
    L.polygon(one.ring, { color: colour, weight: 3, dashArray: dash, fillColor: colour, fillOpacity: 0.18, interactive: false }).addTo(map);
  }

  function crosses(a, b, c, d) { // whether two lines a – b and c – d cut each other
    function side(p, q, r) { return Math.sign((q.lng - p.lng) * (r.lat - p.lat) - (q.lat - p.lat) * (r.lng - p.lng)); }
    return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
  }

  function crossing(corners) {
    const n = corners.length;
    return corners.some(function (_, i) {
      return corners.some(function (_, k) { return k > i && crosses(corners[i], corners[(i + 1) % n], corners[k], corners[(k + 1) % n]); });
    });
  }

  function letDraw(words) {
    const outline = L.polygon([], { color: INK, weight: 3, fillColor: "#b3170f", fillOpacity: 0.22, interactive: false }).addTo(map);
    const dots = L.layerGroup().addTo(map);
    let corners = [];

    function show() {
      const wrong = crossing(corners);
      outline.setLatLngs(corners);
      outline.setStyle({ dashArray: wrong ? "4 6" : null, color: wrong ? "#b3170f" : INK });
      dots.clearLayers();
      corners.forEach(function (corner, number) {
        const icon = L.divIcon({ html: element("b", "", number + 1), className: "k-ecke", iconSize: [28, 28] });
        const dot = L.marker(corner, { icon: icon, draggable: true, keyboard: false, zIndexOffset: 800 });
        dot.on("dragend", function () { corners[number] = dot.getLatLng(); tell(); }).addTo(dots);
      });
      return wrong;
    }

    function tell() {
      const wrong = show();
      const plain = corners.map(function (corner) { return [Number(corner.lat.toFixed(6)), Number(corner.lng.toFixed(6))]; });
      parent.postMessage({ kind: "drawn", corners: plain, crossing: wrong }, location.origin);
    }

    function add(at) { corners.push(L.latLng(at.lat, at.lng)); tell(); }

    const box = element("div", "k-zeichnen"); // above the map, because on it they would cover half of a phone's
    [[words.add_corner, function () { add(map.getCenter()); }], [words.last_corner, function () { corners.pop(); tell(); }],
      [words.all_corners, function () { corners = []; tell(); }]].forEach(function ([text, deed]) {
      const button = element("button", "k-waehlen", text);
      button.type = "button";
      button.addEventListener("click", deed);
      box.append(button);
    });
    map.getContainer().closest(".k-feld").before(box);
    map.invalidateSize();
    map.getContainer().append(element("div", "k-kreuz"));
    map.on("click", function (event) { add(event.latlng); });
    map.getContainer().addEventListener("keydown", function (event) {
      if (event.target !== map.getContainer()) { return; }
      if (event.key === "Enter") { add(map.getCenter()); }
      if (event.key === "Backspace" || event.key === "Delete") { corners.pop(); tell(); }
    });
    window.addEventListener("message", function (event) {
      if (event.origin !== location.origin || event.source !== parent || !event.data || event.data.kind !== "outline") { return; }
      corners = event.data.corners.map(function (corner) { return L.latLng(corner); });
      const wrong = show();
      if (corners.length) { map.fitBounds(outline.getBounds(), { padding: [60, 60], maxZoom: 18 }); }
      parent.postMessage({ kind: "shown", count: corners.length, crossing: wrong }, location.origin);
    });
    parent.postMessage({ kind: "ready" }, location.origin);
  }

  window.zones = { area: area, letDraw: letDraw };
})();
