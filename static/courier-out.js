// On every other page of a courier: whoever signs out while a tour lies on this phone does so in the app, which sends
// what waits, says what would be lost, and leaves nothing behind.
(function () {
  "use strict";

  document.querySelectorAll("form[action$='/logout']").forEach(function (form) {
    form.addEventListener("submit", function (event) {
      if (!window.indexedDB || !indexedDB.databases) { return; }
      event.preventDefault();
      indexedDB.databases().then(function (all) {
        if (all.some(function (one) { return one.name === "kurier"; })) { location.href = "/tour#abmelden"; } else { form.submit(); }
      }).catch(function () { form.submit(); });
    });
  });
})();
