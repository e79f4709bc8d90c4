// Sliders and their number fields move together, and every move asks what would change. Without this the form works too.
(function () {
  "use strict";
  var PAUSE_MS = 180;

  document.querySelectorAll("[data-regler]").forEach(function (row) {
    var slider = row.querySelector("[data-regler-schieber]"), number = row.querySelector("input[type=text]");
    slider.addEventListener("input", function () { number.value = slider.value; });
    number.addEventListener("input", function () { if (/^\d+$/.test(number.value.trim())) { slider.value = number.value.trim(); } });
  });

  document.querySelectorAll("form[data-vorschau]").forEach(function (form) {
    var waiting = null, asked = 0;
    function ask() {
      var mine = asked += 1, wanted = new URLSearchParams();
      form.querySelectorAll("input[name^=w_]").forEach(function (field) { wanted.set(field.name, field.value); });
      fetch(form.dataset.vorschau + "?" + wanted, { headers: { "X-Requested-With": "fetch" } })
        .then(function (answer) { return answer.ok ? answer.text() : null; })
        .then(function (text) {
          if (text === null || mine !== asked) { return; }
          document.getElementById("vorschau").replaceChildren(document.createRange().createContextualFragment(text));
        })
        .catch(function () { /* no network: what stands there stays */ });
    }
    form.addEventListener("input", function () { clearTimeout(waiting); waiting = setTimeout(ask, PAUSE_MS); });
  });
})();
