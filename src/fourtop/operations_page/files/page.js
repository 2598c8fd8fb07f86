// The script of the operations page: live parts, drag and drop, and forms that submit themselves.
// The page works without it, except for dragging.
"use strict";

(() => {
  const body = document.body;
  const find = (selector, within = document) => within.querySelector(selector);
  const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];

  // ---- answers of the server

  const answer = find("#answer");

  function tell(text, isGood = false) {
    answer.textContent = text;
    answer.classList.toggle("done", isGood);
    answer.classList.toggle("refused", !isGood);
    answer.hidden = !text;
  }

  // Send a form to the server; return its answer, or a problem with a text in "detail".
  async function send(path, fields) {
    const form = new URLSearchParams(fields);
    form.append("token", body.dataset.token);
    try {
      const response = await fetch(path, {
        method: "POST", body: form, headers: { Accept: "application/json" },
      });
      const data = await response.json();
      return { ...data, isGood: response.ok };
    } catch {
      return { isGood: false, detail: "The server cannot be reached. Nothing has changed." };
    }
  }

  // ---- parts that stay fresh

  let isBusy = false; // While a party is dragged, nothing moves under the pointer.
  let isWanted = false;
  let timer = 0;

  async function refresh() {
    if (isBusy) { isWanted = true; return; }
    isWanted = false;
    let text;
    try {
      const response = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (!response.ok || response.redirected) return;
      text = await response.text();
    } catch { return; }
    if (isBusy) { isWanted = true; return; }
    const fresh = new DOMParser().parseFromString(text, "text/html");
    for (const part of findAll("[data-part]")) {
      const other = find(`[data-part="${part.dataset.part}"]`, fresh);
      if (other && other.innerHTML !== part.innerHTML && !isEdited(part)) replace(part, other);
    }
    markTime();
  }

  // A part in which a person types keeps the text.
  function isEdited(part) {
    const active = document.activeElement;
    return part.contains(active) && active.matches("input:not([type=hidden]), select, textarea");
  }

  function replace(part, other) {
    const active = part.contains(document.activeElement) ? pathOf(document.activeElement) : null;
    const { scrollLeft, scrollTop } = part;
    part.replaceChildren(...[...other.childNodes].map((each) => document.importNode(each, true)));
    Object.assign(part, { scrollLeft, scrollTop });
    if (active) find(active, part)?.focus();
    document.dispatchEvent(new CustomEvent("fourtop:fresh"));
  }

  // The same control in the new part, for readers who use the keyboard.
  function pathOf(element) {
    const label = element.getAttribute("aria-label") ?? element.dataset.id;
    if (!label) return null;
    const key = element.getAttribute("aria-label") ? "aria-label" : "data-id";
    return `[${key}="${CSS.escape(label)}"]`;
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(refresh, 150);
  }

  // ---- the connection

  const offline = find("#offline");
  let freshAt = new Date();
  let isLost = false;

  function markTime() { freshAt = new Date(); }

  function lose() {
    isLost = true;
    const clock = freshAt.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    offline.textContent = `No connection. You see the state of ${clock} on this device.`
      + " It is loaded again as soon as the connection is back.";
    offline.hidden = false;
  }

  function regain() {
    if (!isLost) return;
    isLost = false;
    offline.hidden = true;
    soon();
  }

  function listen() {
    const place = body.dataset.live;
    if (!place || !find("[data-part]")) return;
    const source = new EventSource(place);
    source.onopen = regain;
    source.onmessage = soon;
    source.onerror = () => {
      lose();
      // The browser tries again by itself, unless the server refused.
      if (source.readyState === EventSource.CLOSED) { setTimeout(listen, 5000); }
    };
    addEventListener("offline", lose);
    addEventListener("online", regain);
    setInterval(soon, 60000); // The clock goes on without events, too.
  }

  // ---- forms

  for (const form of findAll("form[data-submits]")) {
    form.addEventListener("change", () => form.requestSubmit());
  }

  listen();
})();
