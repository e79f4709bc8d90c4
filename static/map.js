// Draws one map: the town beneath (map-town.js), cells, tours, symbols, signs. Words from the data enter as textContent, never as HTML.
// The document comes from city/maps.py: it holds the empty Leaflet map (map_haus), the symbols and the words of the
// controls. The data is the JSON described there: inside the document, or fetched from the address in data-url.
(function () {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const TAB_STOPS_FROM_ZOOM = 16.3; // below it targets overlap: the list or table beside the map is the way in
  const OCCUPIED_FROM_ZOOM = 18; // normal is quiet: occupied shops show only close by
  const LICENCE = "https://www.openstreetmap.org/copyright";
  const INK = "#131525";
  const BEFORE = "#6b7280"; // the tours of an earlier plan
  const TOURS = [ // colour and dash: told apart without colour, too
    ["#2044aa", null], ["#b83a0b", "13 7"], ["#00735f", "3 9"], ["#7a5230", "16 6 3 6"],
    ["#131525", "8 5"], ["#8a1f6b", "20 8"], ["#4c5270", "2 6"], ["#2c5f86", "12 4 2 4 2 4"]
  ];
  const LEAST_ZOOM = 14; // of a map of the whole town: streets with their names, not a dot on empty paper
  const map = window.map_haus;
  const town = window.town;
  const { element, still, apart, along } = town;
  const root = document.querySelector("main");
  const words = JSON.parse(document.getElementById("karte-worte").textContent);
  const marks = [];
  let crowd = false; // marks stand together as counts where there are too many
  const signs = []; // words beside marks and tours; they make room for each other

  function drawing(name, attributes) {
    const made = document.createElementNS(SVG, name);
    Object.entries(attributes).forEach(function ([key, value]) { made.setAttribute(key, value); });
    return made;
  }

  // --- cells, tours, symbols ---

  function cell(one) {
    L.rectangle(one.box, { color: "#b83a0b", weight: 1.5, fillColor: "#f3a37f", fillOpacity: Math.min(0.25 + one.count * 0.11, 0.75), interactive: false }).addTo(map);
    still(L.latLngBounds(one.box).getCenter(), element("b", "", one.count), "k-zelle", { size: [40, 24] }).addTo(map);
  }

  function line(one) {
    const [colour, dash] = one.kind === "walk" ? [INK, "2 9"] : one.kind === "before" ? [BEFORE, "9 7"] : TOURS[((one.number || 1) - 1) % TOURS.length];
    L.polyline(one.line, { color: "#fff", weight: 9, opacity: 0.95, interactive: false }).addTo(map);
    L.polyline(one.line, { color: colour, weight: 5, dashArray: dash, interactive: false }).addTo(map);
    if (one.title) { sign([0.5, 0.3, 0.7, 0.15, 0.85].map(function (share) { return along(one.line, share); }), one.title, 4); }
  }

  function sign(points, text, distance) { // words beside the one of these points that has most room
    const span = element("span", "", text);
    const marker = still(points[0], span, "k-schild", { z: 900 }).addTo(map);
    signs.push({ marker: marker, span: span, points: points, distance: distance });
  }

  function inView(place) {
    const corner = map.layerPointToContainerPoint([place.x, place.y]), size = map.getSize();
    return corner.x >= 0 && corner.y >= 0 && corner.x + place.w <= size.x && corner.y + place.h <= size.y;
  }

  function placeSigns() {
    const taken = (signs.length ? marks : []).map(function (marker) {
      const at = map.latLngToLayerPoint(marker.getLatLng());
      return { x: at.x - 14, y: at.y - 14, w: 28, h: 28 };
    });
    signs.forEach(function (one) {
      const w = one.span.offsetWidth, h = one.span.offsetHeight, d = one.distance;
      const offsets = [[d, -h / 2], [-d - w, -h / 2], [-w / 2, -d - h], [-w / 2, d]];
      const spots = one.points.flatMap(function (point) {
        const at = map.latLngToLayerPoint(point);
        return offsets.map(function ([x, y]) { return { point: point, left: x, top: y, x: at.x + x, y: at.y + y, w: w, h: h }; });
      });
      const crowd = spots.map(function (place) {
        const hits = taken.filter(function (other) { return !apart(place, other); }).length;
        return hits + (inView(place) ? 0 : 0.5);
      });
      const spot = spots[crowd.indexOf(Math.min(...crowd))];
      one.marker.setLatLng(spot.point);
      one.span.style.left = spot.left + "px";
      one.span.style.top = spot.top + "px";
      taken.push(spot);
    });
  }

  function symbol(mark) {
    const size = mark.large ? 38 : 30;
    const picture = drawing("svg", { viewBox: "0 0 24 24", width: size, height: size, "aria-hidden": "true", focusable: "false" });
    if (mark.kind !== "stop" && mark.kind !== "done") {
      picture.append(drawing("use", { href: "#s-" + (mark.kind === "bike" ? "rider" : mark.kind) }));
      return picture;
    }
    const done = mark.kind === "done";
    const number = drawing("text", { x: 12, y: 16.2, "text-anchor": "middle", "font-size": String(mark.number).length > 2 ? 9 : 11.5, "font-weight": 700, fill: done ? "#fff" : INK });
    number.textContent = mark.number === undefined ? "" : mark.number;
    picture.append(drawing("circle", { cx: 12, cy: 12, r: 10, fill: done ? INK : "#fff", stroke: INK, "stroke-width": 2.4 }), number);
    return picture;
  }

  function isOwnPath(url) { return typeof url === "string" && /^\/(?![/\\])/.test(url) && location.protocol.startsWith("http"); }

  function bubble(mark) {
    const box = element("div"), title = element("div", "", mark.title);
    box.append(title);
    if (isOwnPath(mark.url)) {
      const way = element("a", "", words.open);
      way.href = mark.url;
      way.target = "_top";
      box.append(way);
    }
    return box;
  }

  function place(mark) {
    const size = mark.large ? [38, 38] : [30, 30];
    const icon = L.divIcon({ html: symbol(mark), className: "k-zeichen", iconSize: size, iconAnchor: mark.kind === "place" ? [15, 29] : null });
    const marker = L.marker(mark.point, { icon: icon, title: mark.title, alt: mark.title, zIndexOffset: mark.large ? 500 : 0 });
    marker.bindPopup(bubble(mark), { maxWidth: 260 });
    marker.on("add", function () { marker.getElement().setAttribute("aria-label", mark.title); });
    marker.quiet = mark.kind === "occupied";
    if (!crowd) { marker.addTo(map); }
    marks.push(marker);
    if (mark.label) { sign([mark.point], mark.label, mark.large ? 21 : 17); }
    return marker;
  }

  // thousands of shops: occupied ones appear close by only, the others as counts until they have room
  function gather() {
    const group = L.markerClusterGroup({
      showCoverageOnHover: false, animate: false, maxClusterRadius: 44, disableClusteringAtZoom: 18,
      iconCreateFunction: function (cluster) {
        const count = element("b", "", cluster.getChildCount());
        return L.divIcon({ html: count, className: "k-menge", iconSize: [40, 40] });
      }
    });
    function choose() {
      const near = map.getZoom() >= OCCUPIED_FROM_ZOOM;
      if (near === group.near) { return; }
      group.near = near;
      group.clearLayers();
      group.addLayers(marks.filter(function (marker) { return near || !marker.quiet; }));
    }
    group.on("animationend", setTabStops).on("spiderfied", setTabStops);
    choose();
    group.addTo(map);
    map.on("zoomend", choose);
  }

  function setTabStops() {
    const reachable = map.getZoom() >= TAB_STOPS_FROM_ZOOM;
    root.querySelectorAll(".k-menge").forEach(function (icon) { icon.tabIndex = -1; });
    marks.forEach(function (marker) {
      if (!marker.getElement()) { return; }
      marker.getElement().tabIndex = reachable ? 0 : -1;
      marker.getElement().hidden = marker.quiet && map.getZoom() < OCCUPIED_FROM_ZOOM;
    });
  }

  // --- controls ---

  function note(data) {
    const control = L.control({ position: "bottomright" });
    control.onAdd = function () {
      const box = element("div", "leaflet-control-attribution"), source = data.attribution || "";
      if (source.includes("OpenStreetMap")) {
        const way = element("a", "", source);
        way.href = LICENCE;
        way.target = "_blank";
        way.rel = "noopener";
        box.append(way);
      } else { box.append(source); }
      if (data.note) { box.append(source ? " · " : "", data.note); }
      return box;
    };
    control.addTo(map);
  }

  function nameControls() {
    map.on("popupopen", function (event) {
      const close = event.popup.getElement().querySelector(".leaflet-popup-close-button");
      close.setAttribute("aria-label", words.close);
      (event.popup.getElement().querySelector(".leaflet-popup-content a") || close).focus({ preventScroll: true });
    });
    map.on("popupclose", function (event) {
      const icon = event.popup._source && event.popup._source.getElement();
      if (icon && icon.tabIndex === 0) { icon.focus({ preventScroll: true }); }
    });
  }

  function letPick() { // a click, or the middle of the map by button or Enter
    let pin = null;
    function show(at) {
      if (pin) { pin.setLatLng(at); } else { pin = place({ kind: "place", point: at, title: words.chosen }); }
      pin.off("click");
    }
    function choose(at) {
      show(at);
      parent.postMessage({ kind: "picked", lat: Number(at.lat.toFixed(6)), lon: Number(at.lng.toFixed(6)) }, location.origin);
    }
    map.on("click", function (event) { choose(event.latlng); });
    map.getContainer().append(element("div", "k-kreuz"));
    const control = L.control({ position: "bottomleft" });
    control.onAdd = function () {
      const button = element("button", "k-waehlen", words.pick);
      button.type = "button";
      L.DomEvent.disableClickPropagation(button);
      button.addEventListener("click", function () { choose(map.getCenter()); });
      return button;
    };
    control.addTo(map);
    map.getContainer().addEventListener("keydown", function (event) {
      if (event.key === "Enter" && event.target === map.getContainer()) { choose(map.getCenter()); }
    });
    window.addEventListener("message", function (event) {
      if (event.origin !== location.origin || event.source !== parent || !event.data || event.data.kind !== "chosen") { return; }
      const at = L.latLng(event.data.lat, event.data.lon);
      show(at);
      map.setView(at, Math.max(map.getZoom(), 17));
    });
    parent.postMessage({ kind: "ready" }, location.origin);
  }

  function list(all) { // in a downloaded map: the same things in words
    const box = document.getElementById("karte-liste");
    if (!box) { return; }
    all.forEach(function (mark) {
      const row = element("li");
      row.append(symbol(mark), element("span", "", mark.title));
      box.append(row);
    });
  }

  function fit(data) {
    const points = (data.marks || []).map(function (mark) { return mark.point; }).concat((data.lines || []).flatMap(function (one) { return one.line; }));
    const streetPoints = ((data.background || {}).streets || []).flatMap(function (street) { return street.line; });
    const shown = data.fit || points, whole = L.latLngBounds(data.town || streetPoints);
    const free = data.fit ? { paddingTopLeft: [24, 40], paddingBottomRight: [60, 44] } : { padding: [24, 24] }; // beside the controls of a small map
    if (shown.length) { map.fitBounds(shown, Object.assign({ maxZoom: 18 }, free));
    } else if (whole.isValid()) { map.setView(whole.getCenter(), Math.min(18, Math.max(LEAST_ZOOM, map.getBoundsZoom(whole)))); }
  }

  function draw(data) {
    const background = data.background || {};
    map.setMaxZoom(19);
    map.getContainer().setAttribute("aria-label", document.title);
    map.getContainer().setAttribute("role", "region");
    L.control.zoom({ zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out, position: "topright" }).addTo(map);
    L.control.scale({ imperial: false, maxWidth: 90, position: "topleft" }).addTo(map);
    note(data);
    nameControls();
    fit(data);
    if (data.tiles || drawsTiles(data)) { window.tiles.layer(data.tiles || data.tiles_url).addTo(map); } else { town.draw(background); }
    (data.areas || []).forEach(window.zones.area);
    (data.cells || []).forEach(cell);
    (data.lines || []).forEach(line);
    crowd = Boolean(data.cluster && L.markerClusterGroup);
    (data.marks || []).forEach(place);
    if (crowd) { gather(); map.on("moveend", setTabStops); }
    list(data.marks || []);
    if (data.pick) { letPick(); }
    if (data.draw) { window.zones.letDraw(words); }
    map.on("zoomend", setTabStops).on("zoomend", placeSigns);
    setTabStops();
    placeSigns();
    root.dataset.drawn = "yes";
  }

  function drawsTiles(data) { return Boolean(data.tiles_url && window.protomapsL && window.tiles); }

  function withWholeTiles(data) { // a small tile file, read from memory: caches keep no answers to ranges
    if (!data.tiles_whole || !window.pmtiles || !window.protomapsL) { return data; }
    return fetch(data.tiles_whole, { credentials: "same-origin" }).then(function (answer) {
      if (!answer.ok) { throw new Error(String(answer.status)); }
      return answer.blob();
    }).then(function (blob) {
      const file = new File([blob], data.tiles_whole), source = new window.pmtiles.FileSource(file);
      return Object.assign({}, data, { tiles: new window.pmtiles.PMTiles(source) });
    }).catch(function () { return data; }); // the tour itself is drawn all the same
  }

  function withBackground(data) { // the town itself is the same on every map, so browsers keep it
    if (!data.background_url || drawsTiles(data)) { return data; }
    return fetch(data.background_url, { credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.json() : {}; })
      .then(function (background) { return Object.assign({}, data, { background: background }); });
  }

  function fail() {
    document.querySelector(".k-hinweis").textContent = words.failed;
    root.dataset.drawn = "failed";
  }

  const here = document.getElementById("karte-daten");
  if (here) {
    draw(JSON.parse(here.textContent));
  } else {
    fetch(root.dataset.url, { credentials: "same-origin", headers: { Accept: "application/json" } })
      .then(function (answer) { if (!answer.ok) { throw new Error(String(answer.status)); } return answer.json(); })
      .then(withBackground)
      .then(withWholeTiles)
      .then(draw)
      .catch(fail);
  }
})();
