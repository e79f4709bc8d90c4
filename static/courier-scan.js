// Checks a parcel against the tour, also without a network: its number is typed, read by a hand scanner, or by the camera.
(function () {
  "use strict";

  const ZXING = "/static/vendor/zxing/zxing.min.js", LOOK_EVERY_MS = 300;
  const byId = function (id) { return document.getElementById(id); };
  let house = null, stream = null, timer = null, reader = null;

  function plain(code) { return code.toUpperCase().replace(/[^0-9A-Z]/g, ""); }

  function check(code) { // where it belongs, in words; the number of the right stop is kept as a proof
    const typed = plain(code), tour = house.app.tour, next = house.app.now.stops[0];
    const found = typed && tour.stops.find(function (stop) { // the label bears the shipment's number and that of the parcel
      return typed.startsWith(plain(stop.reference)) || stop.codes.some(function (one) { return plain(one) === typed; });
    });
    const right = found && next && found.reference === next.reference;
    byId("scan-antwort").textContent = right ? house.words.scan_fits
      : found ? house.say("scan_other", { number: found.position, address: found.address }) : house.say("scan_unknown", { code: code });
    byId("scan-antwort").className = "kurier__antwort " + (right ? "kurier__antwort--ja" : "kurier__antwort--nein");
    if (navigator.vibrate) { navigator.vibrate(right ? 60 : [80, 60, 80]); }
    if (right) { window.courierProof.keep({ code: found.reference }); }
  }

  function stopCamera() {
    clearInterval(timer);
    if (reader && reader.reset) { reader.reset(); }
    if (stream) { stream.getTracks().forEach(function (track) { track.stop(); }); }
    stream = reader = null;
    byId("kamera").hidden = true;
  }

  function seen(code) { stopCamera(); byId("scan-feld").value = code; check(code); }

  function library() { // only when a browser cannot read codes itself: it is large
    if (window.ZXing) { return Promise.resolve(window.ZXing); }
    return new Promise(function (done, failed) {
      const script = document.createElement("script");
      script.src = ZXING;
      script.onload = function () { done(window.ZXing); };
      script.onerror = failed;
      document.head.append(script);
    });
  }

  function watch() {
    const video = byId("kamera");
    if ("BarcodeDetector" in window) {
      const detector = new window.BarcodeDetector();
      timer = setInterval(function () { detector.detect(video).then(function (found) { if (found.length) { seen(found[0].rawValue); } }).catch(function () {}); }, LOOK_EVERY_MS);
      return null;
    }
    return library().then(function (zxing) {
      reader = new zxing.BrowserMultiFormatReader();
      return reader.decodeFromStream(stream, video, function (result) { if (result) { seen(result.getText()); } });
    });
  }

  function camera() {
    const media = navigator.mediaDevices;
    const asked = media && media.getUserMedia ? media.getUserMedia({ video: { facingMode: "environment" } }) : Promise.reject(new Error("none"));
    asked.then(function (found) {
      stream = found;
      byId("kamera").hidden = false;
      byId("kamera").srcObject = found;
      return byId("kamera").play();
    }).then(watch).catch(function () { stopCamera(); byId("scan-antwort").textContent = house.words.scan_no_camera; });
  }

  function open() {
    byId("scan-feld").value = "";
    byId("scan-antwort").textContent = "";
    byId("b-scan").showModal();
  }

  function listen(given) {
    house = given;
    byId("scan-form").addEventListener("submit", function (event) { event.preventDefault(); check(byId("scan-feld").value.trim()); });
    byId("kamera-an").addEventListener("click", camera);
    byId("b-scan").addEventListener("close", stopCamera);
  }

  window.courierScan = { listen: listen, open: open };
})();
