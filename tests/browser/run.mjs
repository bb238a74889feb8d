// Runs the browser tests: installs what they need, brings one stack up for all of them, tells how each file went, and
// checks the HTML of every page that was seen. `node run.mjs [FILE…]`, inside `newborn browser-tools`.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { run } from "node:test";
import { whatWasMissed } from "./addresses.mjs";
import { LEFT, here } from "./places.mjs";
import { bringUp } from "./stack.mjs";

const { WAYS } = process.env;
if (WAYS && WAYS !== "all") throw new Error(`WAYS=all walks every journey in every way; there is no WAYS=${WAYS}`);

/** A file that takes longer hangs. */
const LONGEST = WAYS ? 6_000_000 : 1_500_000;

installed();
rmSync(LEFT, { recursive: true, force: true });
const began = performance.now();
const stack = await bringUp();
say(`the stack is up at ${stack.dataDir}`, began);
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => stack.bringDown().finally(() => process.exit(1)));
}
process.env.NEWBORN_BROWSER_STACK = stack.dataDir;
let good = false;
try {
  const files = wanted(process.argv.slice(2));
  const alone = files.filter((it) => it.endsWith(".alone.test.mjs"));
  const together = await filesPass(files.filter((it) => !alone.includes(it)));
  const apart = await filesPass(alone, 1);
  const valid = await pagesAreValid();
  // Whoever runs some of the tests does not look at everything.
  const looked = process.argv.length > 2 || process.env.ONLY ? true : everyPageWasLookedAt();
  good = together && apart && valid && looked;
} finally {
  await stack.bringDown();
}
say(good ? "browser tests passed" : `browser tests failed: look into ${LEFT}/failed`, began);
process.exit(good ? 0 : 1);

/** Installs the packages of the lock file, unless they are there. */
function installed() {
  const lock = createHash("sha256").update(readFileSync(here("package-lock.json"))).digest("hex");
  const stamp = here("node_modules/.installed");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  // npm's own script, for this node, where the machine's npm is for another.
  const [npm, ...words] = process.env.NEWBORN_NPM ? [process.execPath, process.env.NEWBORN_NPM] : ["npm"];
  const options = { cwd: here("."), stdio: ["ignore", "ignore", "inherit"], timeout: 300_000 };
  try {
    execFileSync(npm, [...words, "ci"], options);
  } catch (error) {
    console.error("npm could not install the packages of tests/browser: check that this machine reaches its registry");
    throw error;
  }
  writeFileSync(stamp, lock);
}

function wanted(names) {
  const all = readdirSync(here(".")).filter((it) => it.endsWith(".test.mjs")).sort();
  // The pictures are made when they are asked for.
  const usual = all.filter((it) => it !== "screenshots.test.mjs");
  const chosen = names.length ? all.filter((it) => names.some((name) => it.startsWith(basename(name)))) : usual;
  if (chosen.length === 0) throw new Error(`no test file begins with ${names}`);
  return chosen.map((it) => here(it));
}

/** Runs the files, as many at once as keep two cores busy, and tells of each in a line. */
async function filesPass(files, concurrency = 3) {
  if (files.length === 0) return true;
  return new Promise((resolve, reject) => {
    let well = true;
    // Those whose name fits, when somebody looks for something.
    const only = process.env.ONLY ? { testNamePatterns: new RegExp(process.env.ONLY) } : {};
    const stream = run({ ...only, files, concurrency, timeout: LONGEST, isolation: "process" });
    stream.on("test:fail", ({ name, details }) => {
      well = false;
      const { error } = details;
      // A test that failed because one of its parts did is told of by its part.
      if (error.failureType === "subtestsFailed") return;
      console.error(`\n✗ ${name}\n${(error.cause?.stack ?? error.message ?? String(error)).replace(/^/gm, "    ")}\n`);
    });
    stream.on("test:stderr", ({ message }) => process.stderr.write(message));
    stream.on("test:stdout", ({ message }) => process.stderr.write(message));
    stream.on("test:summary", ({ file, counts, duration_ms, success }) => {
      if (!file) return;
      well &&= success;
      const took = `${(duration_ms / 1000).toFixed(1)} s`;
      const failed = counts.failed + counts.cancelled;
      const more = [failed && `${failed} failed`, counts.skipped && `${counts.skipped} left out`].filter(Boolean).join(", ");
      console.log(`${success ? "✓" : "✗"}  ${basename(file).padEnd(26)} ${String(counts.passed).padStart(4)} passed${more && `, ${more}`}  ${took}`);
    });
    stream.on("end", () => resolve(well));
    stream.on("error", reject);
    stream.resume();
  });
}

async function pagesAreValid() {
  const began = performance.now();
  // Only now: the packages were not there when this began.
  const { checkPages } = await import("./html.mjs");
  const { count, wrong } = await checkPages();
  const mark = wrong.length ? "✗" : "✓";
  console.log(`${mark}  ${"valid HTML".padEnd(26)} ${String(count).padStart(4)} pages   ${((performance.now() - began) / 1000).toFixed(1)} s`);
  for (const it of wrong) console.error(`   ${it}`);
  return wrong.length === 0;
}

function everyPageWasLookedAt() {
  const { count, missed } = whatWasMissed();
  console.log(`${missed.length ? "✗" : "✓"}  ${"every page".padEnd(26)} ${String(count).padStart(4)} addresses`);
  for (const it of missed) console.error(`   ${it}`);
  return missed.length === 0;
}

function say(text, since) {
  console.log(`   ${text} (${((performance.now() - since) / 1000).toFixed(1)} s)`);
}
