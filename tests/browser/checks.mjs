// What must hold of every page that people see: accessible, and readable at any width.

import assert from "node:assert/strict";
import AxeBuilder from "@axe-core/playwright";
import { noteLookedAt } from "./addresses.mjs";
import { problem } from "./words.mjs";

/** WCAG 2.0, 2.1 and 2.2, levels A and AA. */
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** No violation of axe-core's rules. */
export async function accessible(person) {
  const { page } = person;
  const { violations, passes } = await withScripts(person, () => new AxeBuilder({ page }).withTags(TAGS).analyze());
  const said = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${failureSummary.replace(/\s+/g, " ")} in ${html}`),
  );
  assert.deepEqual(said, [], `axe-core at ${page.url()}`);
  // A page that could not be looked at has no violation either.
  assert.ok(passes.length > 5, "axe-core looked at the page");
  noteLookedAt(page);
}

/** axe-core is a script itself: where pages may run none, it alone may. */
async function withScripts(person, look) {
  if (person.script) return look();
  await person.runsScripts(true);
  try {
    return await look();
  } finally {
    await person.runsScripts(false);
  }
}

/** Widths in CSS pixels: the narrowest that must hold, and a window of 1280 zoomed to 400 %. */
const NARROW = [
  { width: 320, height: 568, called: "320 px wide" },
  { width: 320, height: 225, called: "at 400 %" },
];

/** Nothing goes beyond the narrow window, and no text is cut off. */
export async function reflows({ page }) {
  const before = page.viewportSize();
  for (const { called, ...size } of NARROW) {
    await page.setViewportSize(size);
    const lost = await page.evaluate(whatIsLost);
    assert.deepEqual(lost, [], `${called} at ${page.url()}`);
  }
  await page.setViewportSize(before);
}

/** Runs in the page. */
function whatIsLost() {
  const lost = [];
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) {
    lost.push(`the page is ${document.documentElement.scrollWidth} px wide`);
  }
  for (const it of document.body.querySelectorAll("*")) {
    const style = getComputedStyle(it);
    const box = it.getBoundingClientRect();
    if (box.width <= 1 || box.height <= 1 || style.visibility === "hidden") continue;
    // What is put away to the left until it has the focus.
    if (box.right <= 0) continue;
    const called = `${it.tagName.toLowerCase()} "${(it.textContent ?? "").trim().slice(0, 40)}"`;
    if (box.right > width + 1) lost.push(`${called} reaches to ${Math.round(box.right)} px`);
    const clips = ["hidden", "clip"].includes(style.overflowX) || style.textOverflow === "ellipsis";
    if (clips && it.scrollWidth > it.clientWidth + 1) lost.push(`${called} is cut off`);
  }
  return lost;
}

/** The page says this text somewhere where it is seen. */
export async function says(person, key, filled) {
  const seen = person.page.getByText(person.say(key, filled)).filter({ visible: true });
  assert.ok((await seen.count()) > 0, `${person.page.url()} says ${key}`);
}

/** Everything that must hold of a page as it is shown now. */
export async function sound(person) {
  await accessible(person);
  await reflows(person);
}

/** The page says why what was asked is not done, and is as it must be. */
export async function refuses(person, code) {
  const why = person.page.getByRole("heading", { name: problem(person.language, code) });
  assert.ok(await why.isVisible(), `${person.page.url()} says ${code}`);
  await sound(person);
}
