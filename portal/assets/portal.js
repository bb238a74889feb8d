// Comfort for whoever runs scripts. Every page works without this file, and nothing here decides anything.

const all = (what, inside = document) => [...inside.querySelectorAll(what)];

// What only makes sense with this script.
all("[data-scripted]").forEach((it) => (it.hidden = false));

// Leaving quickly: at once out of sight, and this page is not in the history any more.
const ways = all("a[data-leave]");
const leave = (way) => {
  document.documentElement.hidden = true;
  location.replace(way.href);
};
if (ways.length) {
  let pressed = [];
  for (const way of ways) {
    way.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      leave(way);
    });
  }
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.repeat || document.querySelector("dialog[open]")) return;
    pressed = [...pressed, event.timeStamp].slice(-3);
    if (pressed.length === 3 && pressed[2] - pressed[0] <= 2000) leave(ways[0]);
  });
  // Whoever comes back sees the page as the server gives it.
  addEventListener("pageshow", (event) => {
    if (event.persisted && document.documentElement.hidden) location.reload();
  });
}

// A page with errors begins with them. Their links lead into the field, not only to it.
const inputs = "input:not([type=hidden]), select, textarea";
const summary = document.querySelector('[data-focus], .problem[tabindex="-1"]');
if (summary && !location.hash) {
  if (!summary.hasAttribute("tabindex")) summary.tabIndex = -1;
  summary.focus();
}
addEventListener("click", (event) => {
  const link = event.target.closest?.('.problem a[href^="#"]');
  const target = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!target) return;
  const input = target.matches(`${inputs}, button, a`) ? target : target.querySelector(inputs);
  if (!input) return;
  event.preventDefault();
  (target.closest(".field, fieldset") ?? input).scrollIntoView();
  input.focus({ preventScroll: true });
});

// Fields that fit some answers only: `data-shown-when="NAME=this|that"`. Nothing that is wrong is ever hidden.
const shown = "[data-shown-when]";
const answers = (form, name) =>
  [...form.elements]
    .filter((it) => it.name === name && it.type !== "hidden" && !it.closest(`${shown}[hidden]`))
    .filter((it) => (it.type !== "radio" && it.type !== "checkbox") || it.checked)
    .map((it) => it.value);
const fit = (form) => {
  for (const it of all(shown, form)) {
    const [name, values] = it.dataset.shownWhen.split("=");
    const fits = answers(form, name).some((answer) => values.split("|").includes(answer));
    it.hidden = !fits && !it.matches(".wrong") && !it.querySelector(".wrong");
  }
  for (const it of all(`${shown} :is(input, select, textarea, button)`, form)) {
    it.disabled = it.closest(`${shown}[hidden]`) !== null;
  }
};
const forms = all("form").filter((form) => form.querySelector(shown));
for (const form of forms) {
  form.addEventListener("input", () => fit(form));
  form.addEventListener("change", () => fit(form));
  form.addEventListener("reset", () => setTimeout(() => fit(form)));
}
const fitAll = () => forms.forEach(fit);
fitAll();
// A browser that comes back fills in what was typed, after scripts have run.
addEventListener("pageshow", fitAll);

// One press sends once. The button keeps the focus, and works again when nothing came of it.
const MOMENT = 5000;
const sending = new Map();
const rest = (form) => {
  clearTimeout(sending.get(form)?.timer);
  sending.get(form)?.button?.removeAttribute("aria-disabled");
  sending.delete(form);
};
addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog") return;
  if (sending.has(form)) return event.preventDefault();
  const button = event.submitter;
  button?.setAttribute("aria-disabled", "true");
  sending.set(form, { button, timer: setTimeout(rest, MOMENT, form) });
});
addEventListener("pageshow", () => [...sending.keys()].forEach(rest));

// The end of an idle session, announced five minutes before.
const session = document.querySelector("[data-session]");
if (session) {
  const { keep, end, ended } = session.dataset;
  const dialog = session.querySelector("dialog");
  const failed = session.querySelector("[data-failed]");
  // All pages of one session, in both languages.
  const others = new BroadcastChannel(`session ${new URL(keep, location).pathname.slice(3)}`);
  let used = Date.now();
  let over = false;
  // Read each time: it may change while the page is open.
  const length = () => Number(session.dataset.minutes) * 60_000;
  const warning = () => Math.min(5 * 60_000, length() / 2);

  const fields = () => {
    const form = document.querySelector("form[data-keeps]");
    const typed = form ? [...new FormData(form)] : [];
    return new URLSearchParams(typed.filter(([, it]) => typeof it === "string"));
  };
  const send = (address) => fetch(address, { method: "POST", body: fields(), redirect: "manual" });

  const use = () => {
    used = Date.now();
    failed.hidden = true;
    if (dialog.open) dialog.close();
  };
  const away = () => {
    over = true;
    location.replace(ended);
  };
  const stay = async () => {
    try {
      const answer = await send(keep);
      if (answer.ok) {
        use();
        others.postMessage("used");
      } else if ([0, 401, 403, 404, 410].includes(answer.status)) {
        // It has ended already; 0 is a redirection.
        away();
      } else {
        failed.hidden = false;
      }
    } catch {
      failed.hidden = false;
    }
  };
  const finish = async () => {
    over = true;
    others.postMessage("ended");
    await send(end).catch(() => {});
    away();
  };
  const look = () => {
    const left = used + length() - Date.now();
    if (over) return;
    if (left <= 0) finish();
    else if (left <= warning() && !dialog.open) {
      session.hidden = false;
      dialog.showModal();
    }
  };
  // Escape means: stay.
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    stay();
  });
  dialog.querySelector("[data-stay]").addEventListener("click", stay);
  dialog.querySelector("[data-finish]").addEventListener("click", finish);
  // Another page of the same session is a use of it.
  others.addEventListener("message", ({ data }) => (data === "used" ? use() : away()));
  others.postMessage("used");
  setInterval(look, 1000);
  addEventListener("pageshow", look);
  document.addEventListener("visibilitychange", look);
}

// A page that follows its case. Only what differs is changed, so only that is read aloud.
const live = document.querySelector("[data-live]");
if (live) {
  const FIRST = 5000;
  const LONGEST = 5 * 60_000;
  const regions = (page) => all("[data-live-region]", page);
  let source;
  let pause = FIRST;
  let later;

  const renew = (here, there) => {
    const [old, fresh] = [[...here.children], [...there.children]];
    if (old.length !== fresh.length) return here.replaceChildren(...fresh);
    old.forEach((it, nth) => it.isEqualNode(fresh[nth]) || it.replaceWith(fresh[nth]));
  };
  const reload = async () => {
    const answer = await fetch(location.href);
    // The session has ended, or something is wrong: what is shown stays, the next look says more.
    if (!answer.ok || answer.redirected) return close();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = regions(page);
    // Another page than this one is shown here now.
    if (!page.querySelector("[data-live]")) return location.reload();
    live.dataset.live = page.querySelector("[data-live]").dataset.live;
    regions(document).forEach((it, nth) => {
      if (fresh[nth] && !it.contains(document.activeElement)) renew(it, fresh[nth]);
    });
  };
  const close = () => {
    clearTimeout(later);
    source?.close();
    source = undefined;
  };
  const open = () => {
    if (source || document.hidden) return;
    clearTimeout(later);
    source = new EventSource(live.dataset.live);
    source.addEventListener("open", () => (pause = FIRST));
    source.addEventListener("message", () => reload().catch(() => {}));
    source.addEventListener("error", () => {
      close();
      // Not all at once after an outage, and less and less often.
      later = setTimeout(open, pause * (0.75 + Math.random() / 2));
      pause = Math.min(2 * pause, LONGEST);
    });
  };
  // Nobody looks at a page in the background.
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  open();
}
