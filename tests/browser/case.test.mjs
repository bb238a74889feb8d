// A family's page in its states, and everything that a family can do there.

import assert from "node:assert/strict";
import { before } from "node:test";
import { EACH_LANGUAGE, EACH_PAIR, WITH_SCRIPTS, everyWay, withBrowser } from "./browser.mjs";
import { accessible, reflows, says, sound } from "./checks.mjs";
import { PDF, completed, family, messagesTo, sendNotice, stands, submit, until } from "./stack.mjs";
import { say } from "./words.mjs";

withBrowser();

let done;
before(async () => {
  done = await completed();
});

/** The one-time code that was sent. */
async function codeTo({ email }) {
  const [message] = await messagesTo(email, { about: "ONE_TIME_CODE" });
  return /\d{8}/.exec(message.body)[0];
}

everyWay("a family sees that everything is done, and reads what was shared", async (person) => {
  await person.signsIn(done);
  assert.equal(person.path, `/case/${done.ref}`);
  for (const key of ["birth-REGISTERED", "certificate-MAILED", "sin-ISSUED"]) await says(person, key);
  await sound(person);
  const home = person.say("statement-back");
  for (const [link, path] of [
    ["case-statement", "/statement"],
    ["shared-title", "/shared"],
    ["confirmation-link", "/confirmation"],
    ["loss-title", "/loss"],
  ]) {
    await person.keys.opens("link", person.say(link));
    assert.equal(person.path, `/case/${done.ref}${path}`);
    await sound(person);
    await person.keys.opens("link", home);
    assert.equal(person.path, `/case/${done.ref}`);
  }
}, EACH_PAIR);

everyWay("without a code the page of a case asks for one", async (person) => {
  await person.opens(`/case/${done.ref}`);
  assert.equal(person.path, "/status");
}, EACH_PAIR);

everyWay("an address moves with a code that was sent, and nothing typed is lost", async (person) => {
  const it = family();
  const [found] = await submit(it);
  await stands(found, "birth", "WAITING_NOTICE");
  await person.signsIn(found);
  await says(person, "birth-WAITING_NOTICE");
  await sound(person);
  await person.keys.opens("link", person.say("address-title"));
  await sound(person);
  await person.keys.opens("button", person.say("code-send"));
  await says(person, "code-sent");
  await person.keys.types("textbox", person.say("contact-contact-mailing-line1"), "7 Birch Street");
  await person.keys.types("textbox", person.say("contact-contact-mailing-postal_code"), "K7L");
  await person.keys.opens("button", person.say("address-send"));
  // Wrong: the postal code. The code was not looked at yet.
  await sound(person);
  const line = person.page.getByRole("textbox", { name: person.say("contact-contact-mailing-line1") });
  assert.equal(await line.inputValue(), "7 Birch Street");
  await person.keys.opensInPage("link", person.say("asks-POSTAL_CODE"));
  await person.keys.replaces("K7L 1A1");
  const code = await codeTo(it);
  const spaced = `${code.slice(0, 4)} ${code.slice(4)}`;
  if (person.script) await person.keys.pastes("textbox", person.say("code-label"), spaced);
  else await person.keys.types("textbox", person.say("code-label"), spaced);
  await person.keys.opens("button", person.say("address-send"));
  assert.equal(person.path, `/case/${found.ref}`);
}, EACH_PAIR);

everyWay("a family takes the SIN request back, and an empty form says what is missing", async (person) => {
  const it = family();
  const [found] = await submit(it);
  await stands(found, "birth", "WAITING_NOTICE");
  await person.signsIn(found);
  await person.keys.opens("link", person.say("withdraw-link"));
  await sound(person);
  await person.keys.opens("button", person.say("code-send"));
  await person.keys.opens("button", person.say("withdraw-send"));
  await sound(person);
  await person.keys.opensInPage("link", person.say("withdraw-choose"));
  await person.keys.chooses(person.say("withdraw-sin"));
  await person.keys.types("textbox", person.say("code-label"), "0000 0000");
  await person.keys.opens("button", person.say("withdraw-send"));
  await says(person, "code-wrong");
  await sound(person);
  await person.keys.chooses(person.say("withdraw-sin"));
  await person.keys.types("textbox", person.say("code-label"), await codeTo(it));
  await person.keys.opens("button", person.say("withdraw-send"));
  assert.equal(person.path, `/case/${found.ref}`);
  await stands(found, "sin", "WITHDRAWN");
  await person.opens(`/case/${found.ref}`);
  await says(person, "sin-WITHDRAWN");
  await accessible(person);
}, EACH_PAIR);

everyWay("a payment is declined, then made, and the birth does not wait for it", async (person) => {
  const it = family("ordinary", (form) => delete form.services.payment_token);
  const [found] = await submit(it);
  await sendNotice(it);
  await stands(found, "birth", "REGISTERED");
  await person.signsIn(found);
  await accessible(person);
  await person.pays("declined");
  // The province says no; the page then asks again.
  await until("the payment is declined", async () => {
    await person.opens(`/case/${found.ref}`);
    return person.page.getByText(person.say("fee-DECLINED")).first().isVisible();
  });
  await says(person, "certificate-PAYMENT_NEEDED");
  await sound(person);
  await person.pays("approved");
  await stands(found, "certificate", "MAILED");
  await person.opens(`/case/${found.ref}`);
  await says(person, "certificate-MAILED");
  assert.equal(await person.page.getByRole("heading", { name: person.say("pay-title") }).count(), 0);
}, EACH_PAIR);

everyWay("whoever goes back from the payment page without paying is where they were", async (person) => {
  const [found] = await submit(family("ordinary", (form) => delete form.services.payment_token));
  await person.signsIn(found);
  await person.pays(undefined);
  assert.equal(person.path, `/case/${found.ref}`);
  assert.equal(await person.page.getByRole("link", { name: person.saying("pay-go") }).count(), 1);
}, EACH_LANGUAGE);

everyWay("a family that lost their child presses one button", async (person) => {
  const it = family();
  const [found] = await submit(it);
  await person.signsIn(found);
  await person.keys.opens("link", person.say("loss-title"));
  await person.keys.opens("button", person.say("loss-send"));
  assert.equal(person.path, `/case/${found.ref}`);
  await says(person, "loss-told-title");
  assert.equal(await person.page.getByText(person.say("part-certificate")).count(), 0);
  await sound(person);
}, EACH_PAIR);

everyWay("the other parent of a protected one sees only that the birth was received", async (person, arrives) => {
  const [found] = await submit(family());
  await person.signsIn(found);
  await person.unfolds("protect-title");
  await reflows(person);
  await person.keys.opens("button", person.say("protect-send"));
  await says(person, "protect-done");
  await accessible(person);

  const other = await arrives(person);
  await other.signsIn({ ref: found.ref, access_code: found.other_access_codes[0].access_code });
  assert.equal(other.path, `/case/${found.ref}`);
  assert.equal(await other.page.getByRole("link", { name: other.say("case-statement") }).count(), 0);
  await sound(other);
}, EACH_PAIR);

everyWay("a parent is written to in the language they choose", async (person) => {
  const [found] = await submit(family());
  await person.signsIn(found);
  // Their form was in English.
  await person.keys.opens("button", say("fr", "spoken-change"));
  assert.ok(person.page.url().endsWith(`/fr/case/${found.ref}`));
  assert.ok(await person.page.getByText(say("fr", "spoken-now")).isVisible());
  await accessible(person);
}, EACH_LANGUAGE);

everyWay("a family sends the papers that a single name needs, or says that it mails them", async (person) => {
  const single = (form) => (form.children[0].name = { kind: "SINGLE", single: form.children[0].name.first });
  const [found] = await submit(family("ordinary", single));
  await person.signsIn(found);
  await person.keys.opens("link", person.say("needed-go"));
  assert.equal(person.path, `/case/${found.ref}/papers`);
  await sound(person);
  await person.keys.opens("button", person.say("needed-send"));
  assert.ok((await person.page.getByRole("alert").getByRole("link").count()) > 0, "it asks for a file");
  await sound(person);
  // What a person chooses in the window of their system.
  const files = person.page.locator("input[type=file]").first();
  await files.setInputFiles({ ...PDF, name: "paper.txt", buffer: Buffer.from("a letter") });
  await person.keys.opens("button", person.say("needed-send"));
  assert.ok(await person.page.getByRole("alert").isVisible(), "a letter in plain text is not taken");
  const large = Buffer.concat([PDF.buffer, Buffer.alloc(10 << 20)]);
  await person.page.locator("input[type=file]").first().setInputFiles({ ...PDF, buffer: large });
  await person.keys.opens("button", person.say("needed-send"));
  await says(person, "needed-too-large", { number: "1" });
  await sound(person);
  await person.page.locator("input[type=file]").first().setInputFiles(PDF);
  await person.keys.opens("button", person.say("needed-send"));
  await says(person, "paper-state-RECEIVED");
  await sound(person);

  const [mails] = await submit(family("ordinary", single));
  await person.signsIn(mails);
  await person.keys.opens("link", person.say("needed-go"));
  await person.unfolds("needed-mail-title");
  await person.keys.opens("button", person.say("needed-mail-send"));
  await says(person, "paper-state-TO_BE_MAILED");
  await sound(person);
}, EACH_PAIR);

/** Plays the weather, and tells whether somebody came. */
async function weather(person) {
  let came = false;
  await person.context.route(/^https:\/\/(weather|meteo)\.gc\.ca\//, (route) => {
    came = true;
    return route.fulfill({ contentType: "text/html", body: "<!doctype html><title>Weather</title>" });
  });
  return () => until("the weather is shown", async () => came && (await person.page.title()) === "Weather");
}

everyWay("whoever must not be seen leaves at once, and the browser has forgotten the code", async (person) => {
  const shown = await weather(person);
  await person.signsIn(done);
  await person.keys.toControl(person.page.locator("a[data-leave]"), "the quick way out");
  await person.keys.press("Enter");
  await shown();
  await person.opens(`/case/${done.ref}`);
  assert.equal(person.path, "/status");
}, EACH_PAIR);

everyWay("Escape three times is the same", async (person) => {
  const shown = await weather(person);
  await person.signsIn(done);
  for (let nth = 0; nth < 3; nth++) await person.keys.press("Escape");
  await shown();
  await person.opens(`/case/${done.ref}`);
  assert.equal(person.path, "/status");
}, WITH_SCRIPTS);
