// Sends what waits on the courier's phone: each report until the server has it, each answered with what became of it.
// Sending twice does no harm, because every report has a number of its own; what fails stays and is tried again.
(function () {
  "use strict";

  const store = window.courierStore;
  const AT_ONCE = 50, PATIENCE_MS = 20000;
  let running = null, again = false;

  // Fetches with an end: {state: "ok" | "offline" | "signed_out" | "refused", answer, data}
  function ask(url, options) {
    const end = new AbortController(), clock = setTimeout(function () { end.abort(); }, PATIENCE_MS);
    const all = Object.assign({ credentials: "same-origin", redirect: "manual", signal: end.signal, headers: {} }, options);
    all.headers = Object.assign({ Accept: "application/json" }, all.headers);
    return fetch(url, all).then(function (answer) {
      if (answer.type === "opaqueredirect" || answer.status === 401) { return { state: "signed_out" }; }
      if (answer.status === 403) { return { state: "refused", status: 403 }; }
      if (answer.status >= 500 || answer.status === 429) { return { state: "offline", status: answer.status }; }
      const json = (answer.headers.get("Content-Type") || "").includes("json");
      return (json ? answer.json() : Promise.resolve(null)).then(function (data) {
        return { state: answer.ok && json ? "ok" : "refused", status: answer.status, data: data };
      });
    }).catch(function () { return { state: "offline" }; }).finally(function () { clearTimeout(clock); });
  }

  function whole(url) { // a file, given up after a while
    const end = new AbortController(), clock = setTimeout(function () { end.abort(); }, PATIENCE_MS);
    return fetch(url, { credentials: "same-origin", signal: end.signal }).finally(function () { clearTimeout(clock); });
  }

  function token() { // for what changes something; a new one with every look at the state of the tour
    return ask("/tour/stand.json").then(function (found) {
      return found.state === "ok" ? found : Object.assign(found, { data: null });
    });
  }

  function stripped(report) {
    const sent = Object.assign({}, report);
    ["key", "sent", "account", "fate", "text"].forEach(function (name) { delete sent[name]; });
    return sent;
  }

  function sendReports(account, key) {
    return store.reports().then(function (all) {
      const waiting = all.filter(function (one) { return !one.sent && one.account === account; }).slice(0, AT_ONCE);
      if (!waiting.length) { return { state: "ok", none: true }; }
      const body = JSON.stringify({ sent_at: Date.now(), reports: waiting.map(stripped) });
      return ask("/tour/meldungen", { method: "POST", body: body, headers: { "Content-Type": "application/json", "X-CSRFToken": key } }).then(function (found) {
        if (found.state !== "ok") { return found; }
        const receipts = new Map(found.data.receipts.map(function (one) { return [one.id, one]; }));
        const told = waiting.filter(function (one) { return receipts.has(one.id); });
        return Promise.all(told.map(function (one) {
          const receipt = receipts.get(one.id);
          return store.putReport(Object.assign(one, { sent: 1, fate: receipt.fate, text: receipt.text }));
        })).then(function () { return told.length ? sendReports(account, key) : found; });
      });
    });
  }

  function sendPhotos(key) {
    return store.photos().then(function (all) {
      return all.filter(function (one) { return one.report; }).reduce(function (before, photo) {
        return before.then(function (last) {
          if (last.state !== "ok") { return last; }
          const form = new FormData();
          form.append("id", photo.id);
          form.append("report", photo.report);
          form.append("photo", photo.picture, "foto.jpg");
          return ask("/tour/fotos", { method: "POST", body: form, headers: { "X-CSRFToken": key } }).then(function (found) {
            if (found.state === "offline" || found.state === "signed_out" || found.status === 403 || found.status === 400) { return found; }
            if (found.state !== "ok") { window.dispatchEvent(new CustomEvent("photo-refused", { detail: found.data && found.data.text })); }
            return store.dropPhoto(photo.id).then(function () { return { state: "ok" }; });
          });
        });
      }, Promise.resolve({ state: "ok" }));
    });
  }

  function once(account) {
    return token().then(function (found) {
      if (found.state !== "ok") { return found; }
      const now = found.data;
      return sendReports(account, now.token).then(function (sent) {
        return sent.state === "ok" ? sendPhotos(now.token) : sent;
      }).then(function (sent) { return Object.assign({}, sent, { mark: now.mark, tour: now.tour }); });
    });
  }

  // Sends everything of this account that waits; resolves to {state, mark, tour}: how it went, and which tour counts now.
  // Who asks while it runs may have something newer, or a network that was not there at its start: then it goes once more.
  function send(account) {
    if (running) { again = true; return running; }
    running = once(account).then(function more(found) {
      if (!again) { running = null; return found; } // at once: whoever asks from here on begins anew
      again = false;
      return once(account).then(more);
    }).catch(function (error) { running = null; again = false; throw error; });
    return running;
  }

  window.courierSend = { ask: ask, send: send, whole: whole };
})();
