// Shows of the booking form only what the chosen kind of shipment needs. Without scripts everything is shown.
(function () {
  "use strict";
  const form = document.querySelector("form[data-kinds]");
  if (!form) { return; }

  function show() {
    const chosen = form.querySelector("input[name=kind]:checked");
    const kind = chosen ? chosen.value : "outbound";
    form.querySelectorAll("[data-for]").forEach(function (part) {
      part.hidden = !part.dataset.for.split(" ").includes(kind);
    });
  }

  form.addEventListener("change", show);
  show();
})();
