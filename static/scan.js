// The scan field of a hub: always ready for a hand scanner, which types like a keyboard; a camera where there is one.
// A short tone tells the answer apart: high for "right", low for "look". The camera reads with the browser's own
// BarcodeDetector, else with the library that comes with the house.
(function () {
  "use strict";
  const field = document.getElementById("scan");
  const start = document.getElementById("kamera");
  const video = document.getElementById("kamerabild");
  if (!field) { return; }
  const form = field.form;
  let stream = null;
  let reader = null;

  function tone(kind) {
    const Sound = window.AudioContext || window.webkitAudioContext;
    if (!Sound) { return; }
    try {
      const sound = new Sound(), source = sound.createOscillator(), loud = sound.createGain();
      source.frequency.value = kind === "ok" ? 880 : 220;
      loud.gain.value = 0.08;
      source.connect(loud).connect(sound.destination);
      source.start();
      source.stop(sound.currentTime + (kind === "ok" ? 0.12 : 0.35));
    } catch (problem) { return; }
  }

  const answer = document.querySelector("[data-answer]");
  if (answer) { tone(answer.dataset.answer); }
  if (!field.value) { field.focus(); }

  function send(text) {
    stop();
    field.value = text;
    form.requestSubmit();
  }

  function stop() {
    if (reader) { reader.reset(); reader = null; }
    if (stream) { stream.getTracks().forEach(function (track) { track.stop(); }); stream = null; }
    video.hidden = true;
  }

  async function ownDetector() {
    const detector = new window.BarcodeDetector();
    while (stream) {
      const found = await detector.detect(video).catch(function () { return []; });
      if (found.length) { send(found[0].rawValue); return; }
      await new Promise(function (go) { setTimeout(go, 150); });
    }
  }

  function library() {
    return new Promise(function (done, failed) {
      if (window.ZXing) { done(window.ZXing); return; }
      const script = document.createElement("script");
      script.src = start.dataset.library;
      script.onload = function () { done(window.ZXing); };
      script.onerror = failed;
      document.head.append(script);
    });
  }

  async function look() {
    if (stream) { stop(); return; }
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch (problem) {
      document.getElementById("kamera-sagt").textContent = start.dataset.none;
      field.focus();
      return;
    }
    video.hidden = false;
    if ("BarcodeDetector" in window) {
      video.srcObject = stream;
      await video.play();
      ownDetector();
      return;
    }
    const zxing = await library();
    if (!stream) { return; } // switched off again meanwhile
    reader = new zxing.BrowserMultiFormatReader();
    reader.decodeFromStream(stream, video, function (found) { if (found && stream) { send(found.getText()); } });
  }

  if (start && navigator.mediaDevices) { start.hidden = false; start.addEventListener("click", look); }
})();
