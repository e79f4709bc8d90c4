// What proves a delivery on the courier's phone: a name, a signature, a photo, a neighbour, a locker, a note.
// It is gathered for the stop and goes with its next report; a photo follows by itself, as soon as there is a network.
(function () {
  "use strict";

  const store = window.courierStore, GRID = 1000, LONGEST_SIDE_PX = 1600, QUALITY = 0.8, MOST_POINTS = 3500;
  const byId = function (id) { return document.getElementById(id); };
  let house = null, strokes = [], drawing = null, asked = null;

  function stop() { return house.app.now.stops[0]; }

  function keep(fields, photo) { // for the stop at hand, until it is reported
    const drafts = house.app.drafts, draft = drafts[stop().reference] || { fields: {}, photos: [] };
    Object.assign(draft.fields, fields);
    if (photo) { draft.photos.push(photo); }
    drafts[stop().reference] = draft;
    return store.set("drafts", drafts).then(house.draw);
  }

  function inWords(draft, words, say) {
    if (!draft) { return ""; }
    const fields = draft.fields || {}, parts = [];
    if (fields.receiver) { parts.push(fields.receiver); }
    if (fields.code) { parts.push(say("code", { code: fields.code })); }
    if (fields.note) { parts.push(words.note); }
    (draft.photos || []).forEach(function () { parts.push(words.photo); });
    return parts.join(", ");
  }

  // --- a photo, made small before it is kept: a phone's 40 MB become some 300 KB ---

  function shrink(file) {
    return createImageBitmap(file, { imageOrientation: "from-image" }).then(function (picture) {
      const share = Math.min(1, LONGEST_SIDE_PX / Math.max(picture.width, picture.height)), canvas = document.createElement("canvas");
      canvas.width = Math.max(1, Math.round(picture.width * share));
      canvas.height = Math.max(1, Math.round(picture.height * share));
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      picture.close();
      return new Promise(function (done, failed) { canvas.toBlob(function (blob) { if (blob) { done(blob); } else { failed(new Error("no picture")); } }, "image/jpeg", QUALITY); });
    });
  }

  function takePhoto(file) {
    if (!file) { return; }
    shrink(file).then(function (picture) {
      const photo = { id: store.newId(), picture: picture, report: "" };
      return store.addPhoto(photo).then(function () { return keep({}, photo.id); }).then(function () { house.notice(house.words.photo_kept); });
    }).catch(function () { house.notice(house.words.photo_bad); });
  }

  // --- a signature: strokes on a grid, no picture ---

  function place(event) {
    const canvas = byId("unterschrift"), box = canvas.getBoundingClientRect();
    const on = function (value, from, size) { return Math.max(0, Math.min(GRID, Math.round((value - from) / size * GRID))); };
    return [on(event.clientX, box.left, box.width), on(event.clientY, box.top, box.height)];
  }

  function redraw() {
    const canvas = byId("unterschrift"), pen = canvas.getContext("2d");
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.lineWidth = 6;
    pen.lineCap = pen.lineJoin = "round";
    strokes.forEach(function (stroke) {
      pen.beginPath();
      for (let i = 0; i < stroke.length; i += 2) {
        const x = stroke[i] / GRID * canvas.width, y = stroke[i + 1] / GRID * canvas.height;
        if (i) { pen.lineTo(x, y); } else { pen.moveTo(x, y); }
      }
      pen.stroke();
    });
  }

  function listenToPen() {
    const canvas = byId("unterschrift");
    canvas.addEventListener("pointerdown", function (event) { canvas.setPointerCapture(event.pointerId); drawing = place(event); strokes.push(drawing); event.preventDefault(); });
    canvas.addEventListener("pointermove", function (event) {
      if (!drawing || strokes.reduce(function (sum, one) { return sum + one.length; }, 0) > 2 * MOST_POINTS) { return; }
      drawing.push.apply(drawing, place(event));
      redraw();
    });
    ["pointerup", "pointercancel"].forEach(function (name) { canvas.addEventListener(name, function () { drawing = null; }); });
    byId("unterschrift-leeren").addEventListener("click", function () { strokes = []; redraw(); });
  }

  function openName() {
    strokes = [];
    redraw();
    byId("name-feld").value = "";
    byId("name-fehler").hidden = true;
    byId("b-name").showModal();
  }

  function saveName(event) {
    const receiver = byId("name-feld").value.trim(), signed = strokes.filter(function (one) { return one.length >= 4; });
    if (!receiver && !signed.length) { event.preventDefault(); byId("name-fehler").hidden = false; byId("name-feld").focus(); return; }
    const fields = {};
    if (receiver) { fields.receiver = receiver; }
    if (signed.length) { fields.signature = signed; }
    house.settle("delivered", fields);
  }

  // --- one line of text: a neighbour, a locker, a note ---

  const TEXTS = {
    neighbour: function (text) { house.settle("to_neighbour", { receiver: text }); },
    locker: function (text) { house.settle("to_locker", { code: text }); },
    note: function (text) { house.report("note", { shipment: stop().reference, note: text }); }
  };

  function openText(what) {
    asked = what;
    byId("t-text").textContent = what === "note" ? house.words.note_title : house.words[what];
    byId("text-frage").textContent = house.words[what + "_ask"];
    byId("text-ja").textContent = house.words.save;
    byId("text-fehler").hidden = true;
    byId("text-feld").value = "";
    byId("text-feld").maxLength = what === "note" ? 500 : 100;
    byId("b-text").showModal();
  }

  function saveText(event) {
    const text = byId("text-feld").value.trim();
    if (!text) {
      event.preventDefault();
      byId("text-fehler").textContent = house.words[asked + "_empty"];
      byId("text-fehler").hidden = false;
      byId("text-feld").focus();
      return;
    }
    TEXTS[asked](text);
  }

  function deed(name) {
    byId("b-mehr").close();
    if (name === "arrived") { house.report("arrived", { shipment: stop().reference }); }
    if (name === "name") { openName(); }
    if (name === "photo") { byId("foto").value = ""; byId("foto").click(); }
    if (name === "scan") { window.courierScan.open(); }
    if (name in TEXTS) { openText(name); }
  }

  function listen(given) {
    house = given;
    byId("mehr").addEventListener("click", function () { byId("t-mehr").textContent = stop().address; byId("b-mehr").showModal(); });
    byId("b-mehr").addEventListener("click", function (event) { if (event.target.dataset.deed) { deed(event.target.dataset.deed); } });
    byId("foto").addEventListener("change", function () { takePhoto(byId("foto").files[0]); });
    byId("name-form").addEventListener("submit", saveName);
    byId("text-form").addEventListener("submit", saveText);
    listenToPen();
  }

  window.courierProof = { listen: listen, inWords: inWords, keep: keep };
})();
