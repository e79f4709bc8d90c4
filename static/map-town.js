// The town beneath a map: green, water, houses, streets as wide as they are, and their names. Used by map.js.
(function () {
  "use strict";

  const EARTH_M = 40075016.686; // the equator
  const NAMES_FROM_ZOOM = 14.5;
  const WIDTHS_M = { // how wide a street of this kind is drawn
    motorway: 15, trunk: 14, primary: 13, secondary: 12, tertiary: 11, unclassified: 9, residential: 9,
    living_street: 8, pedestrian: 9, service: 5, platform: 3, cycleway: 4, footway: 3, path: 2.5, track: 3, steps: 3
  };
  const BIG_STREETS = ["motorway", "trunk", "primary", "secondary"];
  const SMALL_WIDTH_M = 5, SMALL_FROM_ZOOM = 15; // paths and yards, and houses, show only close by
  const CELL_DEG = 0.008; // the background is drawn in squares, so that what is out of sight costs nothing
  const NAME_EVERY_PX = 700;
  const map = window.map_haus;
  const below = L.canvas({ padding: 0.3, pane: "tilePane" }); // areas and the edges of streets
  const above = L.canvas({ padding: 0.3 }); // the streets themselves, whenever they are drawn
  const pieces = []; // what lies in one square, drawn only while it is in sight

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) { made.className = className; }
    if (text !== undefined) { made.textContent = text; }
    return made;
  }

  function still(point, content, className, more) {
    const icon = L.divIcon({ html: content, className: className, iconSize: more && more.size || [0, 0] });
    return L.marker(point, { icon: icon, interactive: false, keyboard: false, zIndexOffset: more && more.z || 0 });
  }

  function apart(a, b) { return a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y; }

  // --- areas and streets ---

  function bySquare(things, pointOf) {
    const squares = new Map();
    things.forEach(function (thing) {
      const [lat, lon] = pointOf(thing), key = Math.floor(lat / CELL_DEG) + " " + Math.floor(lon / CELL_DEG);
      if (squares.has(key)) { squares.get(key).push(thing); } else { squares.set(key, [thing]); }
    });
    return Array.from(squares.values());
  }

  function areas(rings, colour, small) {
    bySquare(rings, function (ring) { return ring[0]; }).forEach(function (near) {
      const shapes = near.map(function (ring) { return [ring]; });
      const layer = L.polygon(shapes, { renderer: below, stroke: false, fillOpacity: 1, fillColor: colour, interactive: false });
      pieces.push({ layer: layer, bounds: layer.getBounds(), small: small, width_m: 0 });
    });
  }

  function wideLines(renderer, all, colour, width_m, more_px) {
    bySquare(all, function (line) { return line[0]; }).forEach(function (near) {
      const layer = L.polyline(near, { renderer: renderer, color: colour, interactive: false });
      pieces.push({ layer: layer, bounds: layer.getBounds(), small: width_m <= SMALL_WIDTH_M, width_m: width_m, more_px: more_px });
    });
  }

  function showPieces() { // a whole town has many thousand houses and paths
    const view = map.getBounds().pad(0.4), close = map.getZoom() >= SMALL_FROM_ZOOM;
    const pixels_per_m = 256 * Math.pow(2, map.getZoom()) / (EARTH_M * Math.cos(map.getCenter().lat * Math.PI / 180));
    pieces.forEach(function (piece) {
      const seen = (close || !piece.small) && view.intersects(piece.bounds), weight = Math.max(1, piece.width_m * pixels_per_m) + piece.more_px;
      if (seen && piece.width_m && piece.layer.options.weight !== weight) { piece.layer.setStyle({ weight: weight }); }
      if (seen !== map.hasLayer(piece.layer)) { if (seen) { map.addLayer(piece.layer); } else { map.removeLayer(piece.layer); } }
    });
  }

  function areasAndLines(things, colour, small) {
    areas(things.filter(function (thing) { return !thing.line; }).map(function (thing) { return thing.area || thing; }), colour, small);
    things.forEach(function (thing) { if (thing.line) { wideLines(below, [thing.line], colour, thing.width_m || 6, 0); } });
  }

  function streets(all) {
    const kinds = new Map();
    all.forEach(function (street) {
      const kind = street.kind.replace(/_link$/, "");
      if (kinds.has(kind)) { kinds.get(kind).push(street.line); } else { kinds.set(kind, [street.line]); }
    });
    const sorted = Array.from(kinds).sort(function (a, b) { return width(a[0]) - width(b[0]); });
    sorted.forEach(function ([kind, all]) { wideLines(below, all, "#cbbfae", width(kind), 2); });
    sorted.forEach(function ([kind, all]) { wideLines(above, all, BIG_STREETS.includes(kind) ? "#fdf3d3" : "#fff", width(kind), 0); });
  }

  function width(kind) { return WIDTHS_M[kind] || 7; }

  // --- names of streets, waters and places ---

  const names = L.layerGroup();
  let named = [];

  function length(line) {
    let sum = 0;
    for (let i = 1; i < line.length; i += 1) { sum += Math.hypot(line[i][0] - line[i - 1][0], (line[i][1] - line[i - 1][1]) * 0.6); }
    return sum;
  }

  function chains(lines) { // pieces that touch, put together into long lines
    const open = lines.slice(), done = [];
    const same = function (a, b) { return a[0] === b[0] && a[1] === b[1]; };
    while (open.length) {
      let chain = open.pop(), grown = true;
      while (grown) {
        grown = false;
        for (let i = open.length - 1; i >= 0 && !grown; i -= 1) {
          const piece = open[i], first = chain[0], last = chain[chain.length - 1], back = piece.slice().reverse();
          const fitting = [piece, back].find(function (one) { return same(one[0], last) || same(one[one.length - 1], first); });
          if (!fitting) { continue; }
          chain = same(fitting[0], last) ? chain.concat(fitting.slice(1)) : fitting.concat(chain.slice(1));
          open.splice(i, 1);
          grown = true;
        }
      }
      done.push(chain);
    }
    return done.sort(function (a, b) { return length(b) - length(a); });
  }

  function collectNames(background) {
    const byName = new Map();
    function offer(name, line, look) {
      if (!name || !line) { return; }
      const key = look + name;
      if (byName.has(key)) { byName.get(key).lines.push(line); } else { byName.set(key, { name: name, look: look, lines: [line] }); }
    }
    (background.streets || []).forEach(function (street) { offer(street.name, street.line, "k-name"); });
    (background.water || []).forEach(function (water) { offer(water.name, water.line, "k-name k-name--wasser"); });
    named = Array.from(byName.values(), function (one) {
      const line = chains(one.lines)[0];
      return { name: one.name, look: one.look, line: line, bounds: L.latLngBounds(line), length: length(line) };
    }).sort(function (a, b) { return b.length - a.length; });
    (background.green || []).concat(background.buildings || [], background.places || []).forEach(function (place) {
      if (!place.name) { return; }
      const at = place.point || L.polygon(place.area).getBounds().getCenter();
      named.unshift({ name: place.name, at: at, bounds: L.latLngBounds([at]), look: "k-name k-name--ort" });
    });
  }

  function spotsAlong(line, half) { // where a name may stand on a line, and how it is turned there
    const points = line.map(function (point) { return map.latLngToLayerPoint(point); });
    const parts = points.slice(1).map(function (point, i) { return point.distanceTo(points[i]); });
    const whole = parts.reduce(function (sum, part) { return sum + part; }, 0);
    const times = whole < half * 1.9 ? 0 : Math.max(1, Math.round(whole / NAME_EVERY_PX));
    function at(distance) {
      let left = Math.max(0, Math.min(distance, whole)), i = 0;
      while (i < parts.length - 1 && left > parts[i]) { left -= parts[i]; i += 1; }
      const share = parts[i] ? left / parts[i] : 0;
      return { x: points[i].x + (points[i + 1].x - points[i].x) * share, y: points[i].y + (points[i + 1].y - points[i].y) * share };
    }
    return Array.from({ length: times }, function (_, k) {
      const middle = whole * (k + 0.5) / times, from = at(middle - half), to = at(middle + half);
      let degrees = Math.atan2(to.y - from.y, to.x - from.x) * 180 / Math.PI;
      if (degrees > 90) { degrees -= 180; } else if (degrees <= -90) { degrees += 180; }
      return Object.assign(at(middle), { degrees: degrees });
    });
  }

  function writeNames() {
    names.clearLayers();
    if (map.getZoom() < NAMES_FROM_ZOOM) { return; }
    const view = map.getBounds().pad(0.1), taken = [];
    named.forEach(function (one) {
      if (!view.intersects(one.bounds)) { return; }
      const half = one.name.length * 3.2;
      const spots = one.at ? [Object.assign({ degrees: 0 }, map.latLngToLayerPoint(one.at))] : spotsAlong(one.line, half);
      spots.forEach(function (spot) { writeName(one, spot, half, taken, view); });
    });
  }

  function writeName(one, spot, half, taken, view) {
    const turn = spot.degrees * Math.PI / 180, at = map.layerPointToLatLng([spot.x, spot.y]);
    const w = Math.abs(half * Math.cos(turn)) + 7, h = Math.abs(half * Math.sin(turn)) + 7;
    const place = { x: spot.x - w, y: spot.y - h, w: 2 * w, h: 2 * h };
    if (!view.contains(at) || !taken.every(function (other) { return apart(place, other); })) { return; }
    taken.push(place);
    const text = element("span", "", one.name);
    text.style.transform = "rotate(" + spot.degrees.toFixed(1) + "deg) translate(-50%,-50%)";
    still(at, text, one.look, { z: -5000 }).addTo(names);
  }

  function draw(background) {
    areasAndLines(background.green || [], "#d5e3c5");
    areasAndLines(background.water || [], "#a9cbe4");
    areasAndLines(background.buildings || [], "#d8cfc0", true);
    streets(background.streets || []);
    collectNames(background);
    names.addTo(map);
    map.on("moveend", showPieces).on("moveend", writeNames);
    showPieces();
    writeNames();
  }

  function along(line, share) { // the point after this share of the way
    let left = length(line) * share, i = 1;
    while (i < line.length - 1 && left > length([line[i - 1], line[i]])) { left -= length([line[i - 1], line[i]]); i += 1; }
    const from = line[i - 1], to = line[i] || from, part = length([from, to]);
    const rest = part ? Math.min(left / part, 1) : 0;
    return [from[0] + (to[0] - from[0]) * rest, from[1] + (to[1] - from[1]) * rest];
  }

  window.town = { draw: draw, element: element, still: still, apart: apart, along: along };
})();
