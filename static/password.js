/* Says in words how good a new password is while it is typed, and shows it when asked. The server decides. */
"use strict";
document.querySelectorAll(".passwort").forEach((box) => {
  const input = box.querySelector("input[type=password]");
  const said = box.querySelector("[data-strength]");
  const known = box.dataset.known.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter((word) => word.length > 2);
  const rate = () => {
    const text = input.value.normalize("NFKC");
    const own = known.reduce((left, word) => left.replaceAll(word, ""), text.toLowerCase());
    const different = new Set(own.replace(/\s/gu, "")).size;
    if (!text) return "";
    if (Array.from(text).length < 12) return said.dataset.short;
    if (different < 6) return said.dataset.plain;
    return different >= 9 && own.length >= 18 ? said.dataset.strong : said.dataset.good;
  };
  input.addEventListener("input", () => { said.textContent = rate(); });
  box.querySelector("[data-reveal]").addEventListener("change", (event) => {
    input.type = event.target.checked ? "text" : "password";
  });
});
