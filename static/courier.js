// The courier's plain page: sends each report once, and lets the offer to take it back go after a moment.
(function () {
  "use strict";

  document.querySelectorAll("form[data-report]").forEach(function (form) {
    form.addEventListener("submit", function (event) {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
    });
  });

  window.addEventListener("pageshow", function () { // back from the next page: the form may be sent again, the server knows it
    document.querySelectorAll("form[data-report]").forEach(function (form) { delete form.dataset.sent; });
  });

  document.querySelectorAll("[data-vanish-s]").forEach(function (bar) {
    setTimeout(function () { if (!bar.contains(document.activeElement)) { bar.remove(); } }, Number(bar.dataset.vanishS) * 1000);
  });
})();
