// Every page that anybody can open: accessible, readable at any width, valid, in both languages.

import assert from "node:assert/strict";
import { EACH_LANGUAGE, WITH_SCRIPTS, everyWay, withBrowser } from "./browser.mjs";
import { sound } from "./checks.mjs";
import { portal } from "./stack.mjs";
import { LANGUAGES, codeOf, say } from "./words.mjs";

withBrowser();

everyWay("both languages are offered equally on the first screen", async (person) => {
  await person.page.goto(`${portal}/`);
  const headings = await person.page.getByRole("heading", { level: 1 }).allTextContents();
  assert.deepEqual(headings, LANGUAGES.map((it) => say(it, "service-name")));
  await sound(person);
  await person.keys.opens("link", person.say("this-language"));
  assert.equal(person.path, "");
  assert.equal(await person.page.locator("html").getAttribute("lang"), codeOf(person.language));
});

everyWay("the start page leads to the form and to the status page", async (person) => {
  await person.opens();
  await sound(person);
  await person.keys.opens("link", person.say("status-title"));
  assert.equal(person.path, "/status");
});

everyWay("the language can be changed on every page", async (person) => {
  const other = person.language === "en" ? "fr" : "en";
  for (const path of ["", "/status", "/desk"]) {
    await person.opens(path);
    await person.keys.opens("link", say(other, "this-language"));
    assert.equal(new URL(person.page.url()).pathname, `/${other}${path}`);
  }
});

everyWay("shorter addresses lead on, in the language of the browser", async (person) => {
  await person.page.goto(`${portal}/desk`);
  assert.equal(new URL(person.page.url()).pathname, `/${person.language}/desk`);
  await person.opens("/form");
  assert.equal(person.path, "/form/start");
}, EACH_LANGUAGE);

everyWay("the first thing that Tab reaches is the way past the banner", async (person) => {
  await person.opens("/status");
  await person.keys.press("Tab");
  const skip = person.page.getByRole("link", { name: person.say("skip") });
  assert.ok(await skip.evaluate((it) => it === document.activeElement), "it has the focus");
  await person.keys.press("Enter");
  await person.page.waitForURL(/#content$/);
  await person.keys.press("Tab");
  assert.ok(await person.page.evaluate(() => document.querySelector("#content").contains(document.activeElement)));
});

everyWay("a page that is not there leads back", async (person) => {
  const answer = await person.opens("/nothing-here");
  assert.equal(answer.status(), 404);
  await sound(person);
  await person.keys.opens("link", person.say("back-to-start"));
  assert.equal(person.path, "");
});

everyWay("a wrong access code is told without saying which is wrong", async (person) => {
  await person.opens("/status");
  await sound(person);
  await person.keys.types("textbox", person.say("reference"), "NB-0000-0000");
  await person.keys.types("textbox", person.say("access-code"), "0000-0000-0000-0000");
  await person.keys.opens("button", person.say("status-show"));
  assert.ok(await person.page.getByRole("alert").getByText(person.say("status-wrong")).isVisible());
  const typed = person.page.getByRole("textbox", { name: person.say("reference") });
  assert.equal(await typed.inputValue(), "NB-0000-0000", "what was typed is lost");
  await sound(person);
});

everyWay("codes can be pasted", async (person) => {
  await person.opens("/status");
  await person.keys.pastes("textbox", person.say("reference"), "NB-7K3F-92QX");
  await person.keys.pastes("textbox", person.say("access-code"), "7K3F-92QX-0M4T-ZZ1B");
}, WITH_SCRIPTS);

everyWay("a link that does not work any more says what else there is", async (person) => {
  const answer = await person.opens("/read/0123456789abcdef0123456789abcdef");
  assert.equal(answer.status(), 404);
  await sound(person);
  await person.keys.opens("link", person.say("link-ended-status"));
  assert.equal(person.path, "/status");
});

everyWay("the desk asks who somebody is", async (person) => {
  await person.opens("/desk");
  await sound(person);
  assert.ok(await person.page.getByRole("link", { name: person.say("sign-in"), exact: true }).isVisible());
});

everyWay("the page of the API is in the language of whoever reads it", async (person) => {
  await person.page.goto(`${portal}/api`);
  assert.equal(await person.page.locator("html").getAttribute("lang"), codeOf(person.language));
  assert.ok(await person.page.getByRole("heading", { level: 1, name: person.say("api-title") }).isVisible());
  await sound(person);
}, EACH_LANGUAGE);
