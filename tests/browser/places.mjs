// Where things are in the tree, and where the tests leave what they made.

import { fileURLToPath } from "node:url";
import { mkdirSync } from "node:fs";

/** A path from this folder. */
export const here = (...parts) => fileURLToPath(new URL(parts.join(""), import.meta.url));

export const ROOT = here("../../").replace(/\/$/, "");

export const TARGET = process.env.CARGO_TARGET_DIR ?? `${ROOT}/target`;

/** The built command. */
export const NEWBORN = `${TARGET}/debug/newborn`;

/** What failing tests leave behind, and the pages that were seen. */
export const LEFT = `${TARGET}/browser`;

/** A folder below what is left behind. */
export function left(name) {
  const folder = `${LEFT}/${name}`;
  mkdirSync(folder, { recursive: true });
  return folder;
}
