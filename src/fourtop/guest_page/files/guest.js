"use strict";
/* Availability, a hold with its countdown, the booking, and alternatives, over the HTTP API.
   Every text is set as text, never as markup. */
(() => {
  const page = document.body.dataset;
  const api = `${page.api}/restaurants/${page.restaurant}`;
  const answer = document.getElementById("answer");
  const status = document.getElementById("status");
  const size = document.getElementById("size");
  const date = document.getElementById("date");
  const SECOND = 1000;
  const ANNOUNCED = [60, 30];
  // A start with one of these codes is full; with any other, it is not on offer to this party.
  const FULL = new Set([
    "TABLES_TAKEN", "TABLES_PROMISED", "TABLES_TOO_CLOSE", "AISLE_CLOSED", "CAPACITY_EXCEEDED",
    "PACING_EXCEEDED", "ZONE_CAPACITY_EXCEEDED", "CHANNEL_SHARE_HELD_BACK", "SEARCH_LIMIT_REACHED",
  ]);
  const LATE = "It is too late to book for this date here. Please call us.";
  const REASONS = {
    CLOSED: "The restaurant is closed on this date.",
    RESTAURANT_INACTIVE: "The restaurant takes no bookings at present.",
    BEYOND_HORIZON: "Bookings for this date are not open yet.",
    BOOKING_IN_PAST: LATE,
    NOTICE_TOO_SHORT: LATE,
  };
  let ticking = 0;
  // The hold that the guest has now; another step gives it back.
  let kept = null;

  // ---- texts

  const DAY = { weekday: "long", day: "numeric", month: "long" };
  const formatted = (options, timeZone = page.zone) => {
    const format = new Intl.DateTimeFormat("en-GB", { timeZone, ...options });
    return (iso) => format.format(new Date(iso));
  };
  const timeOf = formatted({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const dayOf = formatted(DAY);
  // A date without a time is midnight in UTC; in another zone it could be another day.
  const dateOf = formatted(DAY, "UTC");
  const people = (count) => (count === 1 ? "1 person" : `${count} people`);
  const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  const clockText = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

  function spanText(minutes) {
    const hours = Math.floor(minutes / 60);
    const rest = minutes % 60;
    const parts = [];
    if (hours) parts.push(hours === 1 ? "1 hour" : `${hours} hours`);
    if (rest) parts.push(`${rest} minutes`);
    return parts.join(" ");
  }

  function otherText(other) {
    if (other.requests.length > 1) {
      return `at ${other.requests.length} tables, for ${other.requests.map((each) => each.party_size).join(" and ")}`;
    }
    if (other.stay_minutes_lost) return `${spanText(other.stay_minutes_lost)} shorter`;
    if (other.moved_minutes < 0) return `${spanText(-other.moved_minutes)} earlier`;
    if (other.moved_minutes > 0) return `${spanText(other.moved_minutes)} later`;
    return "in another part of the house";
  }

  // ---- elements

  function make(tag, properties, ...children) {
    const { className, onclick, ...attributes } = properties || {};
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (onclick) element.addEventListener("click", onclick);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  const button = (text, onclick, className = "") => make("button", { type: "button", className, onclick }, text);

  function show(title, ...children) {
    clearInterval(ticking);
    const heading = make("h2", { tabindex: "-1" }, title);
    answer.replaceChildren(heading, ...children);
    answer.removeAttribute("aria-busy");
    heading.focus({ preventScroll: true });
    answer.scrollIntoView({ block: "nearest" });
  }

  // ---- requests

  function newKey() {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  async function ask(method, path, body, key) {
    const headers = { Accept: "application/json" };
    if (body) headers["Content-Type"] = "application/json";
    if (key) headers["Idempotency-Key"] = key;
    // A cache may keep availability for a minute. A guest who looks again wants to see what is free.
    const options = { method, headers, body: body && JSON.stringify(body), cache: "no-store" };
    const response = await fetch(api + path, options);
    const data = await response.json().catch(() => ({}));
    return { ok: response.ok, status: response.status, wait: response.headers.get("Retry-After"), data };
  }

  /* Run a step: the page is busy until it has an answer, and offers the step again if it has none. */
  async function step(run) {
    answer.setAttribute("aria-busy", "true");
    for (const each of answer.querySelectorAll("button")) each.disabled = true;
    try {
      await run();
    } catch {
      show(
        "The restaurant cannot be reached",
        make("p", {}, "Please look at your connection, and try again. Nothing is booked twice."),
        make("div", { className: "row" }, button("Try again", () => step(run), "main"))
      );
    }
  }

  function refused(found, again) {
    const wait = found.status === 429 && found.wait ? ` Please try again in ${found.wait} seconds.` : "";
    const detail = found.data.detail || "The restaurant gave no reason";
    show(
      "That did not work",
      make("p", {}, sentence(detail.replace(/\.$/, "")) + wait),
      make("div", { className: "row" }, button("Try again", () => step(again), "main"), another())
    );
  }

  const another = () => button("Choose another time", () => step(findTimes), "plain");
  const wished = () => ({ party_size: Number(size.value) });

  // ---- availability

  async function findTimes() {
    await giveBack();
    const query = new URLSearchParams({ date: date.value, party_size: size.value });
    const found = await ask("GET", `/availability?${query}`);
    if (!found.ok) {
      refused(found, findTimes);
      return;
    }
    const title = `${dateOf(date.value)}, ${people(Number(size.value))}`;
    const slots = found.data.slots.filter((slot) => slot.refusal === null || FULL.has(slot.refusal.code));
    const free = slots.filter((slot) => slot.refusal === null);
    if (slots.length === 0) {
      const advice = make("p", { className: "muted" }, "Please try another date, or fewer people.");
      show(title, make("p", {}, reasonOf(found.data)), advice);
      return;
    }
    const told = free.length ? "Choose a time." : "All times are full. Choose one, to see what is near it.";
    const list = make("ul", { className: "times" }, ...slots.map((slot) => make("li", {}, timeButton(slot))));
    show(title, make("p", { className: "muted" }, told), list);
  }

  function reasonOf(day) {
    const last = day.slots.at(-1);
    const refusal = day.closed || (last && last.refusal);
    if (refusal && refusal.code in REASONS) return REASONS[refusal.code];
    if (!refusal) return REASONS.CLOSED;
    return `We have no table for ${people(Number(size.value))} here. Please call us.`;
  }

  function timeButton(slot) {
    const time = timeOf(slot.start);
    const party = { ...wished(), start: slot.start };
    const made = button(time, () => keep(party), slot.refusal ? "full" : "");
    if (slot.refusal) made.append(make("small", {}, "full"));
    return made;
  }

  // ---- a hold, and its countdown

  function keep(party) {
    const key = newKey();
    const run = async () => {
      await giveBack();
      const found = await ask("POST", "/holds", party, key);
      if (found.ok) showHold(party, found.data);
      else if (found.status === 409) showOthers(party, found.data);
      else refused(found, run);
    };
    step(run);
  }

  /* The two times are of one clock, so that the guest's own clock may be wrong. */
  const length = (hold) => Date.parse(hold.expires_at) - Date.parse(hold.created_at);

  function showHold(party, hold, remaining = length(hold)) {
    const confirmKey = newKey();
    const extendKey = newKey();
    const ends = Date.now() + remaining;
    kept = hold;
    const number = make("strong", { role: "timer", "aria-label": "Time left" });
    const left = make("p", { className: "left" }, number, make("span", {}, "left to decide"));
    const confirm = () => step(() => book(party, hold, confirmKey));
    const more = button("I need another minute", () => step(() => extend(party, hold, ends, extendKey)), "plain");
    more.hidden = true;
    show(
      `${dayOf(party.start)}, ${timeOf(party.start)}`,
      make("p", {}, `We keep a table for ${people(party.party_size)} for you.`),
      left,
      make(
        "div",
        { className: "row" },
        button("Book this table", confirm, "main"),
        more,
        another()
      )
    );
    const announced = new Set();
    const tick = () => {
      const seconds = Math.max(0, Math.round((ends - Date.now()) / SECOND));
      number.textContent = clockText(seconds);
      left.classList.toggle("soon", seconds <= ANNOUNCED[0]);
      more.hidden = seconds > ANNOUNCED[0];
      const due = ANNOUNCED.find((each) => seconds <= each && seconds > each - 5 && !announced.has(each));
      if (due) {
        announced.add(due);
        status.textContent = `${due} seconds left to decide`;
      }
      if (seconds === 0) showExpired(party);
    };
    ticking = setInterval(tick, SECOND / 4);
    tick();
  }

  async function extend(party, hold, ends, key) {
    const found = await ask("POST", `/holds/${hold.id}/extend?seconds=60`, null, key);
    if (found.ok) {
      const added = Date.parse(found.data.expires_at) - Date.parse(hold.expires_at);
      showHold(party, found.data, ends + added - Date.now());
    } else if (found.status === 429) {
      refused({ ...found, data: { detail: "A table can be kept no longer" } }, async () => keep(party));
    } else {
      showExpired(party);
    }
  }

  function showExpired(party) {
    kept = null;
    show(
      "Your time to decide is over",
      make("p", {}, "We have given the table back. It may still be free."),
      make(
        "div",
        { className: "row" },
        button(`Ask for ${timeOf(party.start)} again`, () => keep(party), "main"),
        another()
      )
    );
  }

  /* Other guests can have the table at once. If this fails, the hold ends by itself. */
  async function giveBack() {
    const hold = kept;
    kept = null;
    if (hold) await ask("DELETE", `/holds/${hold.id}`, null, newKey());
  }

  // ---- the booking

  async function book(party, hold, key) {
    const found = await ask("POST", `/holds/${hold.id}/confirm`, null, key);
    if (found.ok) showBooked([found.data]);
    else if (["HOLD_EXPIRED", "HOLD_ENDED", "NOT_FOUND"].includes(found.data.code)) showExpired(party);
    else if (found.status === 409) showOthers(party, found.data);
    else refused(found, () => book(party, hold, key));
  }

  function showBooked(bookings) {
    kept = null;
    const [first] = bookings;
    const start = first.stay.dining.start;
    const count = bookings.reduce((sum, each) => sum + each.party_size, 0);
    show(
      "Your table is booked",
      make(
        "dl",
        {},
        ...fact("When", `${dayOf(start)}, ${timeOf(start)}`),
        ...fact("Until", timeOf(first.stay.dining.end)),
        ...fact("People", bookings.length > 1 ? `${count}, at ${bookings.length} tables` : String(count)),
        ...fact("Number", bookings.map((each) => each.id).join(", "))
      ),
      make("div", { className: "row" }, button("Cancel this booking", () => askToCancel(bookings), "plain"))
    );
  }

  const fact = (name, value) => [make("dt", {}, name), make("dd", {}, value)];

  function askToCancel(bookings) {
    const start = bookings[0].stay.dining.start;
    show(
      "Cancel this booking?",
      make("p", {}, `${dayOf(start)}, ${timeOf(start)}`),
      make(
        "div",
        { className: "row" },
        button("Yes, cancel it", () => step(() => cancel(bookings)), "main"),
        button("No, keep it", () => showBooked(bookings), "plain")
      )
    );
  }

  async function cancel(bookings) {
    for (const each of bookings) {
      const found = await ask("POST", `/bookings/${each.id}/cancel`);
      if (!found.ok) {
        refused(found, () => cancel(bookings));
        return;
      }
    }
    show("Your booking is cancelled", make("div", { className: "row" }, another()));
  }

  // ---- alternatives

  function showOthers(party, problem) {
    const others = problem.alternatives || [];
    const time = timeOf(party.start);
    if (others.length === 0) {
      show(
        `${time} is full`,
        make("p", {}, "There is no table near that time."),
        make("div", { className: "row" }, another())
      );
      return;
    }
    show(
      `${time} is full`,
      make("p", { className: "muted" }, "You can book one of these instead."),
      make("ul", { className: "others" }, ...others.map((other) => make("li", {}, otherButton(party, other)))),
      make("div", { className: "row" }, another())
    );
  }

  function otherButton(party, other) {
    const keys = other.requests.map(newKey);
    const made = button("", () => step(() => bookOther(party, other, keys)));
    const [first] = other.requests;
    made.append(
      make("span", {}, make("strong", {}, timeOf(first.start)), ` ${otherText(other)}`),
      make("span", { className: "book" }, "Book it")
    );
    return made;
  }

  async function bookOther(party, other, keys) {
    const bookings = [];
    for (const [place, request] of other.requests.entries()) {
      const found = await ask("POST", "/bookings", request, keys[place]);
      if (!found.ok) {
        // A party that is split sits at all of its tables or at none.
        for (const each of bookings) await ask("POST", `/bookings/${each.id}/cancel`);
        if (found.status === 409) showOthers({ ...party, start: request.start }, found.data);
        else refused(found, findTimes);
        return;
      }
      bookings.push(found.data);
    }
    showBooked(bookings);
  }

  document.getElementById("wish").addEventListener("submit", (event) => {
    event.preventDefault();
    step(findTimes);
  });
})();
