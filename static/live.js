// Says aloud what a polled box shows, at most every ten seconds: a voice every second would drown everything else.
(function () {
  "use strict";
  var PAUSE_MS = 10000;

  function watch(box) {
    var voice = document.createElement("p"), last_ms = -PAUSE_MS, waiting = null, id = box.id;
    voice.className = "vh";
    voice.setAttribute("role", "status");
    box.after(voice);

    function say() {
      var now = document.getElementById(id);
      waiting = null;
      if (!now) { return; }
      last_ms = performance.now();
      voice.textContent = Array.from(now.querySelectorAll("[data-say-text]"), function (part) { return part.textContent.trim(); }).join(". ");
    }

    var watcher = new MutationObserver(function () {
      if (waiting === null) { waiting = setTimeout(say, Math.max(0, PAUSE_MS - (performance.now() - last_ms))); }
    });
    watcher.observe(box, { childList: true, subtree: true, characterData: true });
    watcher.observe(box.parentNode, { childList: true });
  }

  document.querySelectorAll("[data-say][id]").forEach(watch);
})();
