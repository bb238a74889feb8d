// Every page's address, read from the portal's source: a page that is added and that no test looks at fails the run.

import { appendFileSync, readFileSync, readdirSync } from "node:fs";
import { ROOT, left } from "./places.mjs";
import { LANGUAGES } from "./words.mjs";

const NOTES = "looked-at";

/** What leads on to a page, or is none: it is enough to open these. */
const NO_PAGES = [
  "/desk",
  "/{language}/desk/sign-in",
  "/desk/signed-in",
  "/{language}/leave",
  "/{language}/form",
  "/{language}/case/{ref}/paid",
  "/{language}/case/{ref}/live",
  "/{language}/desk/case/{ref}/papers/{paper}/{number}",
  "/assets/{hash}/{name}",
];

const noted = new Set();

function note(...words) {
  const line = `${words.join(" ")}\n`;
  if (noted.has(line)) return;
  noted.add(line);
  appendFileSync(`${left(NOTES)}/${process.pid}`, line);
}

/** Notes that something of the portal was opened, and whether it is a page. */
export function noteOpened(response, portal) {
  const { origin, pathname } = new URL(response.url());
  if (origin !== portal || response.status() >= 400 || response.request().method() !== "GET") return;
  const isPage = response.ok() && (response.headers()["content-type"] ?? "").startsWith("text/html");
  note(isPage ? "page" : "other", pathname);
}

/** Notes that a page was looked at as people see it. */
export function noteLookedAt(page) {
  note("looked", new URL(page.url()).pathname);
}

/** The addresses that are opened with GET, those that take any rest last. */
function addresses() {
  const text = readFileSync(`${ROOT}/portal/src/pages/mod.rs`, "utf8");
  const routes = text.split(".route(").slice(1).filter((it) => it.includes("get("));
  const templates = routes.map((it) => /^\s*"([^"]+)"/.exec(it)[1]);
  const rest = (it) => Number(it.includes("{*"));
  return templates.sort((a, b) => rest(a) - rest(b)).map((template) => {
    const steps = template.replace("{language}", `(?<language>${LANGUAGES.join("|")})`).replace(/\{\*\w+\}/g, ".+");
    return { template, pattern: new RegExp(`^${steps.replace(/\{\w+\}/g, "[^/]+")}$`) };
  });
}

/** How many addresses there are, and those that no test opened in one of the languages, or where none looked. */
export function whatWasMissed() {
  const all = addresses();
  const seen = new Map();
  for (const file of readdirSync(left(NOTES))) {
    for (const line of readFileSync(`${left(NOTES)}/${file}`, "utf8").trim().split("\n")) {
      const [what, path] = line.split(" ");
      const it = all.find(({ pattern }) => pattern.test(path));
      if (!it) continue;
      const at = it.template.replace("{language}", it.pattern.exec(path).groups?.language);
      seen.set(at, (seen.get(at) ?? new Set()).add(what));
    }
  }
  const each = all.flatMap(({ template }) => {
    const isPage = !NO_PAGES.includes(template);
    const languages = template.includes("{language}") ? LANGUAGES : [""];
    return languages.map((it) => ({ at: template.replace("{language}", it), isPage }));
  });
  const missed = each.flatMap(({ at, isPage }) => {
    const what = seen.get(at) ?? new Set();
    if (!what.has("page") && (isPage || !what.has("other"))) return [`no test opened ${at}`];
    return isPage && !what.has("looked") ? [`no test looked at ${at}`] : [];
  });
  return { count: each.length, missed };
}
