// What the pages say, read from the same files as the portal reads: a test names a text by its key.

import { readFileSync, readdirSync } from "node:fs";
import { here } from "./places.mjs";

/** The two languages, as they are written in addresses. */
export const LANGUAGES = ["en", "fr"];

const FOLDERS = { en: "en-CA", fr: "fr-CA" };

/** The language code of pages and browsers. */
export const codeOf = (language) => FOLDERS[language];

const texts = Object.fromEntries(LANGUAGES.map((language) => [language, read(FOLDERS[language])]));

function read(folder) {
  const dir = here("../../portal/locales/", folder);
  const known = new Map();
  for (const file of readdirSync(dir)) {
    let key;
    for (const line of readFileSync(`${dir}/${file}`, "utf8").split("\n")) {
      const message = /^([a-zA-Z][\w-]*) = ?(.*)$/.exec(line);
      const attribute = /^\s+\.([\w-]+) = (.*)$/.exec(line);
      if (message) known.set((key = message[1]), message[2]);
      else if (attribute) known.set(`${key}.${attribute[1]}`, attribute[2]);
      // A text that goes on in the next line.
      else if (/^\s+\S/.test(line)) known.set(key, `${known.get(key)}\n${line.trim()}`.trim());
    }
  }
  return known;
}

/** Says a text; `filled` are its variables. */
export function say(language, key, filled = {}) {
  const text = texts[language].get(key);
  if (text === undefined) throw new Error(`there is no text ${key} in ${FOLDERS[language]}`);
  return text.replace(/\{\s*\$(\w+)\s*\}/g, (_, name) => {
    if (!(name in filled)) throw new Error(`${key} wants ${name}`);
    return filled[name];
  });
}

/** The title of a problem, as people read it. */
export function problem(language, code) {
  const key = `problem-${code}`;
  return say(language, texts[language].has(`${key}.page`) ? `${key}.page` : key);
}

/** A text as a pattern in which its variables stand for anything. */
export function saying(language, key) {
  const text = texts[language].get(key);
  if (text === undefined) throw new Error(`there is no text ${key} in ${FOLDERS[language]}`);
  const literal = (part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s+");
  return new RegExp(text.split(/\{[^}]*\}/).map(literal).join(".+"));
}
