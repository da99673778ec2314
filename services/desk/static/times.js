// Moments in the reader's own zone, and clocks that count. The server wrote both in UTC already.
(() => {
  "use strict";
  // The page's language, in the reader's own variant of it where there is one (24 hours in Britain, 12 in America).
  const own = document.documentElement.lang;
  const language = navigator.languages.find((each) => each === own || each.startsWith(`${own}-`)) ?? own;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const words = document.body.dataset;
  // Clocks count by the server's time: the reader's clock may be wrong, and a demonstration has one of its own.
  const ahead = Date.parse(words.now) - Date.now();
  const now = () => Date.now() + ahead;
  const day = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
  const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
  const dayAndClock = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  const full = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "long" });

  const say = (template, value) => template.replace("{n}", value);

  function remaining(due) {
    let seconds = Math.floor((due - now()) / 1000);
    const late = seconds < 0;
    seconds = Math.abs(seconds);
    let text;
    if (seconds < 60) text = say(words.seconds, seconds);
    else if (seconds < 3600) text = say(words.minutes, Math.floor(seconds / 60));
    else if (seconds < 48 * 3600) {
      const minutes = String(Math.floor((seconds % 3600) / 60)).padStart(2, "0");
      text = say(words.hours, `${Math.floor(seconds / 3600)}:${minutes}`);
    } else text = say(words.days, Math.floor(seconds / 86400));
    return late ? say(words.late, text) : text;
  }

  function state(due) {
    const minutes = (due - now()) / 60000;
    return minutes < 0 ? "late" : minutes < 15 ? "soon" : minutes < 30 ? "near" : "calm";
  }

  function tick() {
    for (const each of document.querySelectorAll("[data-due]")) {
      const until = "until" in each.dataset;
      const due = until ? Math.max(Date.parse(each.dataset.due), now()) : Date.parse(each.dataset.due);
      const text = remaining(due);
      if (each.textContent !== text) each.textContent = text;
      if (until) continue;
      const named = `clock clock-${state(due)}`;
      if (each.className !== named) each.className = named;
    }
  }

  function localise(root) {
    for (const each of root.querySelectorAll("time[data-moment]")) {
      const moment = new Date(each.dateTime);
      const today = day.format(moment) === day.format(new Date(now()));
      each.textContent = (today ? clock : dayAndClock).format(moment);
      each.title = full.format(moment);
    }
    for (const each of root.querySelectorAll("[data-due]")) each.title = full.format(new Date(each.dataset.due));
    for (const each of root.querySelectorAll("[data-zone-field]")) each.value = zone;
    for (const each of root.querySelectorAll("[data-zone-name]")) each.textContent = zone;
    tick();
  }

  const template = document.querySelector("[data-zone-text]");
  if (template) document.querySelector("[data-zone]").textContent = template.dataset.zoneText.replace("{zone}", zone);
  localise(document);
  document.addEventListener("htmx:afterSwap", () => localise(document));
  document.addEventListener("htmx:oobAfterSwap", () => localise(document));
  setInterval(tick, 1000);
})();
