// The town beneath a map, from vector tiles of this house: our colours and names for protomaps-leaflet. Used by map.js.
(function () {
  "use strict";

  const EARTH_M = 40075016.686; // the equator
  const WIDTHS_M = { // how wide a street of this kind is drawn, the widest last and on top
    steps: 2.5, path: 2, footway: 2.5, bridleway: 2, track: 3, cycleway: 3.5, service: 5, busway: 7, living_street: 8, residential: 9,
    unclassified: 9, pedestrian: 9, road: 9, tertiary: 11, secondary: 12, primary: 13, trunk: 14, motorway: 15
  };
  const BIG = ["tertiary", "secondary", "primary", "trunk", "motorway"];
  const QUIET = ["steps", "path", "footway", "bridleway", "track", "cycleway"];
  const LOOK = {
    ground: "#f1ece3", park: "#dbe7cd", wood: "#cddfbf", water: "#a9cbe4", house: "#ddd4c6", houseEdge: "#c9beac", edge: "#cbbfae",
    street: "#ffffff", big: "#fdf3d3", pedestrian: "#fbf6ee", quiet: "#cdbb9f", square: "#f8f2e7", ink: "#3f4356", waterInk: "#2c5f86", placeInk: "#5d5342"
  };

  function layer(url) {
    const P = window.protomapsL, map = window.map_haus;
    function pixels(width_m) {
      return function (zoom) { return Math.max(1, width_m * 256 * Math.pow(2, zoom) / (EARTH_M * Math.cos(map.getCenter().lat * Math.PI / 180))); };
    }
    function of(kind) { return function (zoom, thing) { return thing.props.kind === kind; }; }
    function fill(colour, more) { return new P.PolygonSymbolizer(Object.assign({ fill: colour }, more)); }
    function stroke(colour, width) { return new P.LineSymbolizer({ color: colour, width: width, lineCap: "round", lineJoin: "round" }); }
    function isArea(zoom, thing) { return thing.geomType === 3; }
    function isLine(zoom, thing) { return thing.geomType === 2; }

    const paint = [
      { dataLayer: "green", symbolizer: fill(LOOK.park), filter: of("park") },
      { dataLayer: "green", symbolizer: fill(LOOK.wood), filter: of("wood") },
      { dataLayer: "water", symbolizer: fill(LOOK.water), filter: isArea },
      { dataLayer: "water", symbolizer: stroke(LOOK.water, pixels(10)), filter: of("river") },
      { dataLayer: "water", symbolizer: stroke(LOOK.water, pixels(7)), filter: of("canal") },
      { dataLayer: "water", symbolizer: stroke(LOOK.water, pixels(2.5)), filter: function (z, t) { return t.geomType === 2 && t.props.kind !== "river" && t.props.kind !== "canal"; } },
      { dataLayer: "roads", symbolizer: fill(LOOK.square), filter: isArea },
      { dataLayer: "buildings", minzoom: 15, symbolizer: fill(LOOK.house, { stroke: LOOK.houseEdge, width: 0.6, perFeature: true }) }
    ];
    const kinds = Object.keys(WIDTHS_M);
    kinds.forEach(function (kind) {
      if (QUIET.includes(kind)) { return; }
      paint.push({ dataLayer: "roads", symbolizer: stroke(LOOK.edge, function (zoom) { return pixels(WIDTHS_M[kind])(zoom) + 2; }), filter: of(kind), minzoom: kind === "service" ? 15 : 0 });
    });
    kinds.forEach(function (kind) {
      const colour = QUIET.includes(kind) ? LOOK.quiet : BIG.includes(kind) ? LOOK.big : kind === "pedestrian" ? LOOK.pedestrian : LOOK.street;
      const look = QUIET.includes(kind) ? new P.LineSymbolizer({ color: colour, width: 1.2, dash: [4, 3], dashColor: colour, dashWidth: 1.2, perFeature: true }) : stroke(colour, pixels(WIDTHS_M[kind]));
      paint.push({ dataLayer: "roads", symbolizer: look, filter: function (z, t) { return t.geomType === 2 && t.props.kind === kind; }, minzoom: QUIET.includes(kind) ? 16 : kind === "service" ? 15 : 0 });
    });

    function words(colour, size, more) {
      return Object.assign({ labelProps: ["name"], fill: colour, stroke: "#ffffff", width: 1.6, fontFamily: '"Fira Sans", sans-serif', fontSize: size, fontWeight: 400 }, more);
    }
    const along = { position: P.LineLabelPlacement.Center, repeatDistance: 420 };
    const labels = [
      { dataLayer: "places", minzoom: 13, symbolizer: new P.CenteredTextSymbolizer(words(LOOK.placeInk, 13, { fontWeight: 600, maxLineChars: 18 })), filter: function (z, t) { return z >= 16 || ["suburb", "quarter", "village", "town", "city", "station"].includes(t.props.kind); } },
      { dataLayer: "water", minzoom: 14, symbolizer: new P.LineLabelSymbolizer(words(LOOK.waterInk, 12, Object.assign({ fontStyle: "italic" }, along))), filter: isLine },
      { dataLayer: "roads", minzoom: 14, symbolizer: new P.LineLabelSymbolizer(words(LOOK.ink, 12, along)), filter: function (z, t) { return t.geomType === 2 && (z >= 16 || BIG.includes(t.props.kind)); } },
      { dataLayer: "roads", minzoom: 16, symbolizer: new P.CenteredTextSymbolizer(words(LOOK.placeInk, 12, { maxLineChars: 16 })), filter: isArea }
    ];
    return P.leafletLayer({
      url: url, maxDataZoom: 15, paintRules: paint, labelRules: labels, backgroundColor: LOOK.ground, attribution: "", lang: "de",
      devicePixelRatio: Math.max(window.devicePixelRatio || 1, 1.5), tasks: document.fonts ? [document.fonts.load('400 12px "Fira Sans"'), document.fonts.load('600 13px "Fira Sans"')] : []
    });
  }

  window.tiles = { layer: layer };
})();
