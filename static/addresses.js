// Suggests addresses of the city while someone types a street: a combobox after the ARIA pattern. Without this script
// the fields are plain fields. The group is <div data-addresses="/adressen" data-street="id" data-number="id">, with
// data-lat and data-lon where a form keeps the place, without data-number where only a street is asked for, and sentences in data-one, data-many ("{count}"), data-none, data-near, data-only.
(function () {
  "use strict";

  const WAIT_MS = 160; // between the last key and the question
  const LEAST_LETTERS = 2;

  function wire(group) {
    const street = document.getElementById(group.dataset.street), number = document.getElementById(group.dataset.number);
    const lat = document.getElementById(group.dataset.lat), lon = document.getElementById(group.dataset.lon);
    const box = document.createElement("ul"), voice = document.createElement("p");
    let hits = [], active = -1, timer = null, asked = 0, placed = false;

    box.id = street.id + "-vorschlaege";
    box.className = "vorschlaege";
    box.setAttribute("role", "listbox");
    box.setAttribute("aria-label", group.dataset.title);
    box.hidden = true;
    voice.className = "vh";
    voice.setAttribute("role", "status");
    street.parentNode.classList.add("mit-vorschlaegen");
    street.after(box);
    group.append(voice);
    street.setAttribute("role", "combobox");
    street.setAttribute("aria-autocomplete", "list");
    street.setAttribute("aria-expanded", "false");
    street.setAttribute("aria-controls", box.id);
    street.setAttribute("autocomplete", "off");

    function close() {
      box.hidden = true;
      active = -1;
      street.setAttribute("aria-expanded", "false");
      street.removeAttribute("aria-activedescendant");
    }

    function show(found) {
      hits = number ? found : streetsOf(found);
      active = -1;
      street.removeAttribute("aria-activedescendant");
      box.replaceChildren(...hits.map(option));
      box.hidden = !hits.length;
      street.setAttribute("aria-expanded", String(hits.length > 0));
      const said = hits.length === 1 ? group.dataset.one : group.dataset.many.replace("{count}", hits.length);
      voice.textContent = hits.length ? said : group.dataset.none;
    }

    function streetsOf(found) { // each once, where no house number is asked for
      const names = Array.from(new Set(found.map(function (hit) { return hit.street; })));
      return names.map(function (name) { return { label: name, street: name, nearness: "" }; });
    }

    function option(hit, place) {
      const row = document.createElement("li");
      row.id = box.id + "-" + place;
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", "false");
      row.append(hit.label);
      const hint = { near: group.dataset.near, street: group.dataset.only }[hit.nearness];
      if (hint) {
        const small = document.createElement("small");
        small.textContent = hint;
        row.append(" ", small);
      }
      row.addEventListener("mousedown", function (event) { event.preventDefault(); }); // the field keeps the focus
      row.addEventListener("click", function () { choose(hit); });
      return row;
    }

    function point(at) {
      active = (at + hits.length) % hits.length;
      Array.from(box.children).forEach(function (row, place) { row.setAttribute("aria-selected", String(place === active)); });
      street.setAttribute("aria-activedescendant", box.children[active].id);
      box.children[active].scrollIntoView({ block: "nearest" });
    }

    function choose(hit) {
      street.value = hit.street;
      if (number && hit.nearness !== "street") { number.value = hit.housenumber; }
      forget();
      if (lat && lon && hit.nearness === "exact") { keep(hit.point); }
      close();
      asked += 1;
      street.dispatchEvent(new Event("change", { bubbles: true }));
      if (number && !number.value) { number.focus(); }
    }

    function keep(at) { // the map shows it, too (pick.js)
      [lat.value, lon.value] = at;
      placed = true;
      lat.dispatchEvent(new CustomEvent("placed", { bubbles: true }));
    }

    function forget() { // the place of an address that does not stand here any more
      if (!placed) { return; }
      lat.value = lon.value = "";
      placed = false;
    }

    function ask() {
      const text = street.value.trim(), mine = asked += 1, form = street.form;
      if (text.length < LEAST_LETTERS) { close(); return; }
      const sent = new URLSearchParams({ text: !number || /\d/.test(text) ? text : (text + " " + number.value).trim() });
      fetch(group.dataset.addresses, {
        method: "POST", credentials: "same-origin", body: sent,
        headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrf_token ? form.elements.csrf_token.value : "" }
      })
        .then(function (answer) { return answer.ok ? answer.json() : []; })
        .then(function (found) { if (mine === asked && document.activeElement === street) { show(found); } })
        .catch(close);
    }

    street.addEventListener("input", function () {
      forget();
      clearTimeout(timer);
      timer = setTimeout(ask, WAIT_MS);
    });
    if (number) { number.addEventListener("input", forget); }
    street.addEventListener("blur", function () { clearTimeout(timer); asked += 1; close(); });
    street.addEventListener("keydown", function (event) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (box.hidden) { ask(); } else { point(active + (event.key === "ArrowDown" ? 1 : active < 0 ? 0 : -1)); }
      } else if (event.key === "Enter" && !box.hidden && active >= 0) {
        event.preventDefault();
        choose(hits[active]);
      } else if (event.key === "Escape" && !box.hidden) {
        event.preventDefault();
        close();
      }
    });
  }

  document.querySelectorAll("[data-addresses]").forEach(wire);
})();
