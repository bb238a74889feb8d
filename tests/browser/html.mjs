// Every page that any test saw is kept, and all of them are checked at once, by the W3C's checker.

import { createHash } from "node:crypto";
import { execFile } from "node:child_process";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { here, left } from "./places.mjs";

const PAGES = left("pages");

const seen = new Set();

/** Keeps the page in an answer of the portal, as it was sent. */
export async function keepForChecking(response) {
  const type = response.headers()["content-type"] ?? "";
  const ours = new URL(response.url()).pathname;
  if (!type.startsWith("text/html") || [301, 302, 303, 307].includes(response.status())) return;
  // A page that was left before it was read is seen by another test.
  const text = await response.text().catch(() => "");
  keep(text, `${response.status()} ${ours}`);
}

function keep(text, where) {
  const name = createHash("sha256").update(shape(text)).digest("hex").slice(0, 16);
  if (!text || seen.has(name) || existsSync(`${PAGES}/${name}.html`)) return;
  seen.add(name);
  writeFileSync(`${PAGES}/${name}.html`, text);
  writeFileSync(`${PAGES}/${name}.where`, where);
}

/** What makes a page another page for the checker: not its references and tokens. */
function shape(text) {
  return text.replace(/NB-\w{4}-\w{4}/g, "").replace(/\/read\/\w+/g, "").replace(/seen=\d+/g, "").replace(/\d+/g, "0");
}

/** Checks all pages that were kept. Gives how many, and what is wrong with them. */
export async function checkPages() {
  const files = existsSync(PAGES) ? readdirSync(PAGES).filter((it) => it.endsWith(".html")) : [];
  if (files.length === 0) return { count: 0, wrong: ["no page was seen"] };
  const jar = here("node_modules/vnu-jar/build/dist/vnu.jar");
  const words = ["-Xmx512m", "-jar", jar, "--format", "json", "--stdout", "--exit-zero-always", ...files];
  const said = await new Promise((resolve, reject) => {
    const options = { cwd: PAGES, timeout: 240_000, maxBuffer: 64 << 20 };
    execFile(process.env.NEWBORN_JAVA, words, options, (error, out) => (error ? reject(error) : resolve(out)));
  });
  const errors = JSON.parse(said).messages.filter(({ type }) => type !== "info");
  const wrong = errors.map(({ url, message, extract }) => {
    const where = readFileSync(`${PAGES}/${url.split("/").pop().replace(/\.html$/, ".where")}`, "utf8");
    return `${where}: ${message} in ${(extract ?? "the page").replace(/\s+/g, " ")}`;
  });
  return { count: files.length, wrong: [...new Set(wrong)] };
}
