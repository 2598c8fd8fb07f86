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

  // Add a link to what was told.
  function offer(address, text) {
    const link = document.createElement("a");
    Object.assign(link, { href: address, textContent: text });
    answer.append(" ", link);
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
      if (response.redirected || response.status === 401 || response.status === 403) {
        lose("Your login has ended. Load the page again to log in.");
        return;
      }
      if (!response.ok) return;
      text = await response.text();
    } catch { lose(); return; }
    if (isBusy) { isWanted = true; return; }
    const fresh = new DOMParser().parseFromString(text, "text/html");
    for (const part of findAll("[data-part]")) {
      const other = find(`[data-part="${part.dataset.part}"]`, fresh);
      if (other && other.innerHTML !== part.innerHTML && !isEdited(part)) replace(part, other);
    }
    freshAt = new Date();
    regain();
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
  }

  // The same control in the new part, for readers who use the keyboard.
  function pathOf(element) {
    const label = element.getAttribute("aria-label") ?? element.dataset.id;
    if (!label) return null;
    const key = element.getAttribute("aria-label") ? "aria-label" : "data-id";
    return `[${key}="${CSS.escape(label)}"]`;
  }

  // Several events at once are one look at the server.
  function soon() {
    timer ||= setTimeout(() => { timer = 0; refresh(); }, 80);
  }

  // ---- the connection

  const PATIENCE_MS = 3000; // A stream that ends in peace comes back sooner.
  const offline = find("#offline");
  let freshAt = new Date();
  let isLost = false;
  let patience = 0;

  function lose(reason = "") {
    isLost = true;
    const clock = freshAt.toLocaleTimeString("en-GB", {
      hour: "2-digit", minute: "2-digit", timeZone: body.dataset.zone,
    });
    const text = `No connection. You see the state of ${clock}. The page loads it anew as soon as`
      + " the connection is back.";
    if (offline.hidden || reason) offline.textContent = reason || text;
    offline.hidden = false;
  }

  function regain() {
    clearTimeout(patience);
    patience = 0;
    if (!isLost) return;
    isLost = false;
    offline.hidden = true;
  }

  function listen() {
    const source = new EventSource(body.dataset.live);
    source.addEventListener("open", () => { if (isLost || patience) soon(); });
    source.addEventListener("change", soon);
    source.addEventListener("reset", soon);
    source.addEventListener("error", () => {
      patience ||= setTimeout(refresh, PATIENCE_MS);
      // The browser tries again by itself, unless the server refused.
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, PATIENCE_MS);
    });
  }

  if (body.dataset.live && find("[data-part]")) {
    listen();
    addEventListener("offline", () => lose());
    addEventListener("online", soon);
    // The clock goes on without events, too.
    setInterval(() => { if (!document.hidden) soon(); }, 60000);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) soon(); });
  }

  // ---- drag and drop

  const FAR = 5; // Pixels from which on a press is a drag.
  let drag = null;

  function under(x, y, key, except = null) {
    const found = document.elementsFromPoint(x, y)
      .map((each) => each.closest(`[${key}]`))
      .find((each) => each && each !== except);
    return found ?? null;
  }

  // Where the pointer is, in the coordinates of a picture.
  function inPicture(svg, x, y) {
    return new DOMPoint(x, y).matrixTransform(svg.getScreenCTM().inverse());
  }

  document.addEventListener("dragstart", (event) => {
    if (event.target.closest?.(".movable")) event.preventDefault();
  });

  document.addEventListener("pointerdown", (event) => {
    const item = event.target.closest?.(".movable a[data-id]");
    if (!item || event.button !== 0 || isBusy) return;
    const svg = item.ownerSVGElement;
    isBusy = true;
    drag = {
      item, svg, kind: item.closest(".movable").dataset.drag ?? "party", isFar: false,
      start: inPicture(svg, event.clientX, event.clientY), pointer: event.pointerId,
      origin: under(event.clientX, event.clientY, "data-target")?.dataset.target ?? null,
      from: { x: event.clientX, y: event.clientY },
    };
  });

  document.addEventListener("pointermove", (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    const { item, svg, start, from } = drag;
    if (!drag.isFar) {
      if (Math.hypot(event.clientX - from.x, event.clientY - from.y) < FAR) return;
      drag.isFar = true;
      item.setPointerCapture?.(event.pointerId);
      item.classList.add("dragged");
    }
    const at = inPicture(svg, event.clientX, event.clientY);
    drag.by = { x: at.x - start.x, y: at.y - start.y };
    const across = drag.kind === "party" ? 0 : drag.by.x;
    item.setAttribute("transform", `translate(${across} ${drag.by.y})`);
    drag.over?.classList.remove("over");
    drag.over = under(event.clientX, event.clientY, DROPS[drag.kind].key, item);
    drag.over?.classList.add("over");
  });

  function rest() {
    if (!drag) return;
    drag.item.classList.remove("dragged");
    drag.item.removeAttribute("transform");
    drag.over?.classList.remove("over");
    drag = null;
    isBusy = false;
    if (isWanted) soon();
  }

  document.addEventListener("pointercancel", rest);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") rest(); });

  document.addEventListener("pointerup", async (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    if (!drag.isFar) { rest(); return; }
    // The end of a drag is no click on the link.
    const stop = (click) => { click.preventDefault(); click.stopPropagation(); };
    addEventListener("click", stop, { capture: true, once: true });
    setTimeout(() => removeEventListener("click", stop, { capture: true }), 50);
    const done = drag;
    drag = null; // From here on the pointer moves nothing, until the server has answered.
    try { await DROPS[done.kind].drop(done); } finally { drag = done; rest(); }
  });

  // A party to another table: every check first, then the move at the version that was seen.
  async function dropParty({ item, over, origin }) {
    const option = find(`#movable option[value="${CSS.escape(item.dataset.id)}"]`);
    if (!option) { tell("This party can no longer move."); return; }
    const target = over?.dataset.target;
    if (!target || target === origin) return;
    const { version, title, where } = option.dataset;
    const before = option.dataset.tables.split(" ").filter(Boolean);
    const tables = [...new Set([...before.filter((each) => each !== origin), target])];
    const home = `${body.dataset.home}/bookings/${encodeURIComponent(item.dataset.id)}`;
    const fields = [["version", version], ...tables.map((each) => ["table", each])];
    const stays = where ? `${title} stays at ${where}.` : `${title} still waits.`;
    const check = await send(`${home}/move/check`, fields);
    if (!check.isGood || !check.fits) {
      tell(`${stays} ${check.isGood ? check.errors.join(" ") : check.detail}`);
      if (check.rules?.length) {
        const query = new URLSearchParams([["booking", item.dataset.id], ["back", location.pathname]]);
        for (const table of tables) query.append("table", table);
        offer(`${body.dataset.home}/move?${query}`, "Break the rule, with a reason");
      }
      return;
    }
    const moved = await send(`${home}/move`, fields);
    if (moved.isGood) tell(`${title} has ${check.where}.`, true);
    else tell(`${stays} ${moved.detail}`);
    isWanted = true;
  }

  // A table to another place of the plan; on another table, the two are joined or parted.
  async function dropTable({ item, over, by }) {
    const { id } = item.dataset;
    const version = find("#plan-version").dataset.version;
    const home = `${body.dataset.home}/plan`;
    item.removeAttribute("transform");
    const path = over ? `${home}/join` : `${home}/place`;
    let fields = { version, first: id, second: over?.dataset.id };
    if (!over) {
      const box = find("rect, ellipse", item).getBBox();
      const x = box.x + box.width / 2 + by.x, y = box.y + box.height / 2 + by.y;
      const { narrow = "" } = item.closest(".movable").dataset;
      fields = { version, table: id, x, y, narrow };
    }
    const done = await send(path, fields);
    if (!done.isGood) {
      tell(`The plan stays as it was. ${done.detail}`);
    } else if (done.stranded) {
      askFirst(path, fields);
      return;
    } else {
      tell(over ? "The join is changed." : "The table has its new place.", true);
    }
    isWanted = true;
  }

  // The server asks before it strands a party: show its page.
  function askFirst(path, fields) {
    const form = document.createElement("form");
    Object.assign(form, { method: "post", action: path, hidden: true });
    for (const [name, value] of Object.entries({ ...fields, token: body.dataset.token })) {
      const input = document.createElement("input");
      Object.assign(input, { name, value });
      form.append(input);
    }
    body.append(form);
    form.submit();
  }

  const DROPS = {
    party: { key: "data-target", drop: dropParty },
    table: { key: "data-id", drop: dropTable },
  };

  // ---- forms and views

  // A view that tells of a refusal is the one from which the form came, also when it is loaded anew.
  if (body.dataset.here) {
    history.replaceState(null, "", body.dataset.here);
    find("#refusal").focus();
  }

  // A note is of the form that was sent, not of the page that is loaded anew.
  const address = new URL(location.href);
  if (address.searchParams.has("done")) {
    address.searchParams.delete("done");
    history.replaceState(null, "", address);
  }

  // On a phone, the bar scrolls to the view that is open.
  find("nav [aria-current=page]")?.scrollIntoView({ inline: "center", block: "nearest" });

  for (const form of findAll("form[data-submits]")) {
    form.addEventListener("change", () => form.requestSubmit());
  }
})();
