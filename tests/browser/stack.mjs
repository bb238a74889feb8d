// One stack for all tests: brought up by run.mjs, used by every test file through the addresses in its environment.

import { execFile, spawn } from "node:child_process";
import { cpSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import { setTimeout as pause } from "node:timers/promises";
import { LEFT, NEWBORN, ROOT, left } from "./places.mjs";

const run = promisify(execFile);

/** How long anything may take that the stack does by itself. */
export const PATIENCE = 30_000;

/** Brings a stack up with quick registers. Gives its data directory, and how to end it. */
export async function bringUp() {
  const dir = mkdtempSync(`${tmpdir()}/newborn-browser-`);
  const log = openSync(`${left("logs")}/up.log`, "w");
  const seconds = ["--production-seconds", "--mailing-seconds", "--issuing-seconds"].flatMap((it) => [it, "0"]);
  const words = ["up", "--data-dir", `${dir}/stack`, "--port-base", "0", "--fast-journal", ...seconds];
  // Whoever is on this machine speaks for somebody elsewhere, and what is too much from there is refused.
  const env = { ...process.env, NEWBORN_TRUSTED_PROXIES: "127.0.0.1" };
  const child = spawn(NEWBORN, words, { cwd: ROOT, env, stdio: ["ignore", log, log] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const began = Date.now();
  while (!ready(`${dir}/stack`)) {
    if (child.exitCode !== null || Date.now() - began > 300_000) {
      child.kill("SIGKILL");
      throw new Error(`the stack did not come up:\n${readFileSync(`${LEFT}/logs/up.log`, "utf8")}`);
    }
    await pause(100);
  }
  const bringDown = async () => {
    child.kill("SIGTERM");
    await ended;
    cpSync(`${dir}/stack/logs`, left("logs"), { recursive: true });
    rmSync(dir, { recursive: true, force: true });
  };
  return { dataDir: `${dir}/stack`, bringDown };
}

function ready(dataDir) {
  try {
    return JSON.parse(readFileSync(`${dataDir}/ready.json`, "utf8"));
  } catch {
    return undefined;
  }
}

const dataDir = process.env.NEWBORN_BROWSER_STACK;

/** Where the pages are. */
export const portal = dataDir && ready(dataDir).portal;

/** The token of somebody of the staff. */
export const staff = (name) => ready(dataDir).staff.find((it) => it.name === name).token;

/** Runs a command of `newborn` on the stack. */
export async function newborn(...words) {
  const { stdout } = await run(NEWBORN, [...words, "--json", "--data-dir", dataDir], { timeout: PATIENCE });
  return JSON.parse(stdout);
}

/** Waits until something is so, and gives it. */
export async function until(what, look) {
  const began = Date.now();
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() - began > PATIENCE) throw new Error(`it is not so within ${PATIENCE / 1000} s: ${what}`);
    await pause(50);
  }
}

/** Kills the portal without a warning; the stack starts it again. */
export async function restartPortal() {
  const { pid } = { pid: ready(dataDir).processes.portal };
  process.kill(pid, "SIGKILL");
  await until("another portal is ready", async () => {
    const now = ready(dataDir)?.processes.portal;
    if (!now || now === pid) return false;
    return fetch(`${portal}/health/ready`).then((it) => it.ok, () => false);
  });
}

/** What was sent to somebody about something, the newest last, once it is there. */
export async function messagesTo(to, { about = "" } = {}) {
  return until(`something ${about} was sent to ${to}`, async () => {
    const all = await fetch(`${ready(dataDir).sandbox}/control/messages`).then((it) => it.json());
    const found = all.messages.filter((it) => it.to === to && (it.reference ?? "").includes(about));
    return found.length > 0 && found;
  });
}

/** The address in a message of a page of this portal, in a language. */
export function linkIn(message, language) {
  const links = [...message.body.matchAll(/https?:\/\/\S+/g)].map(([link]) => new URL(link));
  const link = links.find((it) => it.href.startsWith(portal) && it.pathname.startsWith(`/${language}/`));
  if (!link) throw new Error(`no link to a page in ${language} in: ${message.body}`);
  return link.href;
}

let drawn = 0;

/** A word of letters that no other test has: families are told apart by it. */
export function word() {
  const number = process.pid * 1000 + drawn++;
  return [...String(number)].map((digit) => "abcdefghij"[digit]).join("");
}

/** A family of the examples, told apart from all others by its name, with its e-mail address. */
export function family(example = "ordinary", change = () => {}) {
  const read = (name) => JSON.parse(readFileSync(`${ROOT}/examples/${name}.json`, "utf8"));
  const [form, notice, it] = [read(example), read(`${example}.notice`), word()];
  const last = `Test ${it}`;
  const [first] = form.parents;
  for (const name of [first.legal_name, first.name_at_birth]) name.last = last;
  const email = `${it}@example.ca`;
  Object.assign(form.contact, { email, notify_by: "EMAIL" });
  const notices = [notice].flat();
  notices.forEach((one, nth) => {
    one.notice_id = `TEST-${it}-${nth}`;
    one.birth_parent.legal_name.last = last;
  });
  change(form);
  return { key: `browser-${it}`, form, notices, email };
}

/** A family whose second parent is somewhere else, and reached by a text message. */
export function familyApart(language) {
  const phone = `+1613555${String(1000 + (process.pid % 90) * 100 + drawn++).padStart(4, "0").slice(-4)}`;
  const it = family("ordinary", (form) => {
    form.start.all_parents_present = false;
    delete form.parents[1].certification;
    form.parents[1].contact = { language: language === "fr" ? "fr-CA" : "en-CA", notify_by: "SMS", phone };
  });
  return { ...it, phone };
}

/** The smallest file that is a PDF by its first bytes. */
export const PDF = { name: "paper.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7\n%%EOF\n") };

/** Sends a family's form as a program does. Gives its cases, each with its reference and access codes. */
export async function submit({ key, form }) {
  const answer = await fetch(`${portal}/api/v1/submissions`, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": key },
    body: JSON.stringify(form),
  });
  const said = await answer.json();
  if (answer.status !== 201) throw new Error(`the form was not taken: ${JSON.stringify(said)}`);
  return said.cases;
}

/** The hospital sends its notice. */
export async function sendNotice({ key, notices }) {
  const file = `${left("notices")}/${key}.json`;
  writeFileSync(file, JSON.stringify(notices));
  await newborn("sandbox", "notice", file);
}

/** What the engine says of a case, to whoever holds a code or is of the staff. */
export async function look({ ref, access_code }) {
  const answer = await fetch(`${portal}/api/v1/cases/${ref}`, { headers: { authorization: `Bearer ${access_code}` } });
  return answer.json();
}

/** Waits until a part of a case stands so. */
export const stands = (it, part, state) =>
  until(`${part} of ${it.ref} is ${state}`, async () => (await look(it))[part]?.state === state);

/** Waits until a case is on the desk for a reason. */
export const waitsOnTheDesk = ({ ref }, reason) =>
  until(`${ref} is on the desk: ${reason}`, async () => {
    const { tasks } = await look({ ref, access_code: staff("kim") });
    return tasks.some((it) => it.reason === reason);
  });

/** A family's case with everything done: registered, certificate mailed, SIN issued. */
export async function completed(it = family()) {
  const [found] = await submit(it);
  await sendNotice(it);
  await stands(found, "certificate", "MAILED");
  await stands(found, "sin", "ISSUED");
  return found;
}
