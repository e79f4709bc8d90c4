/* Closes an open fold-out of the main menu: on Escape, on a click beside it, when the focus has left it. */
"use strict";
(() => {
  const folds = [...document.querySelectorAll("details.klappe, details.menue")];
  const outside = (node) => folds.filter((fold) => fold.open && !fold.contains(node));
  document.addEventListener("click", (event) => outside(event.target).forEach((fold) => { fold.open = false; }));
  document.addEventListener("focusin", (event) => outside(event.target).forEach((fold) => { fold.open = false; }));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const fold of folds.filter((one) => one.open)) {
      fold.open = false;
      fold.querySelector("summary").focus();
    }
  });
})();
