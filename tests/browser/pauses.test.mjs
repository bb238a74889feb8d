// Pauses and mishaps: a form that is left and opened again, one that rests, an answer that is lost, a button that is pressed twice.

import assert from "node:assert/strict";
import { EACH_PAIR, WITH_SCRIPTS, everyWay, withBrowser } from "./browser.mjs";
import { accessible, sound } from "./checks.mjs";
import { Form } from "./form.mjs";
import { family, messagesTo, until } from "./stack.mjs";

withBrowser();

/** As often as the form was received, a message says so. */
async function isOneCase({ email }, [{ ref }]) {
  const messages = await messagesTo(email, { about: "RECEIVED" });
  assert.deepEqual(new Set(messages.map(({ reference }) => reference.split("/")[0])), new Set([ref]));
}

everyWay("when the answer is lost on the way, the form was sent once, and the parent is told so", async (person) => {
  const it = family();
  const form = await new Form(person, it).begins();
  await form.goesTo("certify-2");
  await form.answers();
  const { devtools, page } = person;
  devtools.on("Fetch.requestPaused", ({ requestId, request }) =>
    request.method === "POST"
      ? devtools.send("Fetch.failRequest", { requestId, errorReason: "ConnectionAborted" })
      : devtools.send("Fetch.continueRequest", { requestId }),
  );
  await devtools.send("Fetch.enable", { patterns: [{ urlPattern: "*/form/certify-2", requestStage: "Response" }] });
  await person.keys.toControl(form.button, "the button that sends");
  const lost = page.waitForEvent("requestfailed");
  await person.keys.press("Enter");
  await lost;
  await devtools.send("Fetch.disable");
  // The browser is busy with its own page about it for a moment.
  await until("the page opens", () => person.opens("/form/certify-2").catch(() => false));
  assert.equal(form.at, "sent");
  const found = await form.receipt();
  await page.reload();
  assert.deepEqual(await form.receipt(), found);
  await isOneCase(it, found);
}, EACH_PAIR);

everyWay("a button that is pressed twice sends one form", async (person) => {
  const it = family();
  const form = await new Form(person, it).begins();
  await form.goesTo("certify-2");
  await form.answers();
  await person.keys.toControl(form.button, "the button that sends");
  await Promise.all([person.keys.press("Enter"), person.keys.press("Enter")]);
  await person.page.waitForURL(/\/form\/sent$/);
  await isOneCase(it, await form.receipt());
}, EACH_PAIR);

everyWay("a form is saved, and opened by its code on another device", async (person, arrives) => {
  const form = await new Form(person).begins();
  await form.goesTo("place");
  await form.answers();
  await person.keys.opens("button", person.say("form-later"));
  assert.equal(form.at, "kept");
  await sound(person);
  const code = await form.code();
  const other = await arrives(person);
  await other.opens();
  await other.keys.opens("link", other.say("return-title"));
  await sound(other);
  await other.keys.types("textbox", other.say("return-code"), "0000-0000-0000-0000");
  await other.keys.opens("button", other.say("return-go"));
  await sound(other);
  await other.keys.types("textbox", other.say("return-code"), code);
  await other.keys.opens("button", other.say("return-go"));
  const again = new Form(other, form.it);
  assert.equal(again.at, "place");
  assert.equal(await other.page.locator('[name="place/municipality"]').inputValue(), "Ottawa");
  await again.goesTo("sent");
  await again.receipt();
}, EACH_PAIR);

everyWay("a warning comes before the form rests; one key goes on, without a page load", async (person) => {
  await person.page.clock.install();
  const form = await new Form(person).begins();
  await form.goesTo("place");
  await form.answers();
  const loads = person.loads;
  await person.page.clock.fastForward("26:00");
  await person.page.getByRole("dialog", { name: person.say("session-title") }).waitFor();
  await accessible(person);
  await person.keys.to("button", person.say("session-stay"));
  await person.keys.press("Enter");
  await person.page.getByRole("dialog").waitFor({ state: "hidden" });
  assert.equal(person.loads - loads, 0, "page loads");
  assert.equal(await person.page.locator('[name="place/municipality"]').inputValue(), "Ottawa");
  await form.continues();
  assert.equal(form.at, "parent-1/name");
}, WITH_SCRIPTS);

everyWay("a form that rested is opened by its code, with one page load and nothing typed twice", async (person) => {
  await person.page.clock.install();
  const form = await new Form(person).begins();
  await form.goesTo("place");
  await form.answers();
  const code = await form.code();
  await person.page.clock.fastForward("31:00");
  await person.page.waitForURL(/\/form\/return/);
  await sound(person);
  const loads = person.loads;
  await person.keys.types("textbox", person.say("return-code"), code);
  await person.keys.opens("button", person.say("return-go"));
  assert.equal(form.at, "place");
  assert.equal(person.loads - loads, 1, "page loads");
  assert.equal(await person.page.locator('[name="place/municipality"]').inputValue(), "Ottawa");
}, WITH_SCRIPTS);
