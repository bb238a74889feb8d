// Pages that were open while something changed: in another tab, with the other parent, at the registers.

import assert from "node:assert/strict";
import { EACH_LANGUAGE, everyWay, withBrowser } from "./browser.mjs";
import { refuses, says, sound } from "./checks.mjs";
import { Form } from "./form.mjs";
import { completed, family, familyApart, linkIn, messagesTo, sendNotice, stands, submit } from "./stack.mjs";

withBrowser();

/** The name that is put right meanwhile. */
const RENAMED = { "children/0/name/first": "Olivia Jane" };

/** A parent puts the name right, and has yet to press the last button. */
async function renames(person, it, certify) {
  const form = await Form.correcting(person, it, RENAMED);
  await form.changes("step-baby-name", certify);
  await form.answers();
  return form;
}

everyWay("a form that was changed in another tab is read again before it is certified", async (person) => {
  const it = family();
  const form = await new Form(person, it).begins();
  await form.goesTo("certify-1");
  await form.answers();
  const tab = await person.anotherTab();
  await tab.opens("/form/review");
  await new Form(tab, it, RENAMED).changes("step-baby-name", "review");
  await form.continues();
  assert.equal(form.at, "certify-1");
  await says(person, "statement-changed");
  assert.ok(await person.page.getByText(/Olivia Jane/).first().isVisible());
  await sound(person);
  await form.goesTo("sent");
}, EACH_LANGUAGE);

everyWay("a statement that was corrected is read again before it is certified or objected to", async (person, arrives) => {
  const it = familyApart(person.language);
  const [found] = await submit(it);
  const [message] = await messagesTo(it.phone, { about: found.ref });
  await person.opens(linkIn(message, person.language));
  await person.saysWho("Marc Tremblay", "1992-09-23");
  const tab = await person.anotherTab();
  for (const open of [person, tab]) await open.opens(`/case/${found.ref}/statement`);
  const first = await arrives(person);
  await first.signsIn(found);
  await (await renames(first, it, "certify-1")).continues();
  assert.equal(first.path, `/case/${found.ref}`);

  await person.certifies("Marc Tremblay");
  await says(person, "statement-changed");
  assert.ok(await person.page.getByText(/Olivia Jane/).first().isVisible());
  await sound(person);
  await tab.keys.chooses(tab.say("objection-DOES_NOT_AGREE"));
  await tab.keys.opens("button", tab.say("object-send"));
  await says(tab, "statement-changed");
  await sound(tab);

  await person.certifies("Marc Tremblay");
  await stands(found, "birth", "WAITING_NOTICE");
  await tab.certifies("Marc Tremblay");
  await refuses(tab, "ALREADY_CERTIFIED");
}, EACH_LANGUAGE);

everyWay("of two corrections at once one is taken, and the other parent is told", async (person, arrives) => {
  const it = family();
  const [found] = await submit(it);
  await stands(found, "birth", "WAITING_NOTICE");
  const other = await arrives(person);
  await person.signsIn(found);
  await other.signsIn({ ref: found.ref, access_code: found.other_access_codes[0].access_code });
  const late = await renames(other, it, "certify-2");
  await (await renames(person, it, "certify-1")).continues();
  assert.equal(person.path, `/case/${found.ref}`);
  await late.continues();
  await refuses(other, "STALE");
}, EACH_LANGUAGE);

everyWay("what is registered meanwhile is not put right or taken back, and the page says so", async (person) => {
  // Its fee is awaited: the case stays open.
  const it = family("ordinary", (form) => delete form.services.payment_token);
  const [found] = await submit(it);
  await stands(found, "birth", "WAITING_NOTICE");
  await person.signsIn(found);
  const tab = await person.anotherTab();
  await tab.opens(`/case/${found.ref}/withdraw`);
  await tab.keys.chooses(tab.say("withdraw-sin"));
  await sendNotice(it);
  await stands(found, "sin", "ISSUED");
  await person.keys.opens("button", person.say("correct-go"));
  await refuses(person, "ALREADY_REGISTERED");
  await tab.keys.opens("button", tab.say("withdraw-send"));
  await refuses(tab, "TOO_LATE");
}, EACH_LANGUAGE);

everyWay("what was paid in another tab is not paid again", async (person) => {
  const it = family("ordinary", (form) => delete form.services.payment_token);
  const [found] = await submit(it);
  await sendNotice(it);
  await stands(found, "birth", "REGISTERED");
  await person.signsIn(found);
  const tab = await person.anotherTab();
  await tab.opens(`/case/${found.ref}`);
  await tab.keys.opens("link", tab.saying("pay-go"));
  await person.pays("approved");
  await stands(found, "certificate", "MAILED");
  await tab.choosesCard("approved");
  await refuses(tab, "PAYMENT_NOT_TAKEN");
}, EACH_LANGUAGE);

everyWay("after the end of a session nothing is done, and the page of the case asks for the code", async (person) => {
  const found = await completed();
  await person.signsIn(found);
  // As after half an hour, without a script that says so.
  await person.context.clearCookies();
  await person.unfolds("protect-title");
  await person.keys.opens("button", person.say("protect-send"));
  await refuses(person, "CASE_NOT_FOUND");
  await person.opens(`/case/${found.ref}`);
  assert.equal(person.path, "/status");
}, EACH_LANGUAGE);
