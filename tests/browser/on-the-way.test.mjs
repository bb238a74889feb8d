// What can happen on the way through the form: twins, a second parent elsewhere, payment, mistakes, another route.

import assert from "node:assert/strict";
import { EACH_LANGUAGE, EACH_PAIR, everyWay, oneWay, withBrowser } from "./browser.mjs";
import { accessible, sound } from "./checks.mjs";
import { Form } from "./form.mjs";
import { family, familyApart, linkIn, messagesTo, sendNotice, stands, submit } from "./stack.mjs";

withBrowser();

everyWay("twins are two cases of one form, and the second parent has codes of their own", async (person) => {
  const it = family("twins");
  const form = await new Form(person, it).begins();
  // The other pages are those of one child.
  await form.goesTo("sent", () => (form.at.startsWith("baby-2/") ? sound(person) : undefined));
  const found = await form.receipt();
  assert.equal(found.length, 2);
  await sound(person);
  await person.keys.opens("link", person.say("receipt-hand-over-go"));
  assert.equal(form.at, "sent-2");
  const theirs = await form.receipt();
  assert.deepEqual(theirs.map(({ ref }) => ref), found.map(({ ref }) => ref));
  for (const [nth, { access_code }] of theirs.entries()) assert.notEqual(access_code, found[nth].access_code);
  await sound(person);
  await person.keys.opens("link", person.say("receipt-follow", { case: found[0].ref }));
  await person.keys.opens("link", person.say("case-sibling", { number: "2" }));
  assert.equal(person.path, `/case/${found[1].ref}`);
  await sound(person);
  await sendNotice(it);
  for (const one of found) await stands(one, "birth", "REGISTERED");
}, EACH_PAIR);

// One parent; a letter that the federal exchange lacks; born at home.
for (const [nth, example] of ["sole-parent", "exchange-form", "no-sin"].entries()) {
  everyWay(`the family of the example ${example} comes through`, async (person) => {
    const it = family(example);
    const [found] = await new Form(person, it).sends(sound);
    await sendNotice(it);
    await stands(found, "birth", "REGISTERED");
  }, oneWay(nth));
}

everyWay("the second parent certifies on another device, through a link", async (person, arrives) => {
  const it = familyApart(person.language);
  const form = await new Form(person, it).begins();
  await form.goesTo("contact");
  const loads = person.loads;
  await form.answers();
  await form.continues();
  assert.equal(person.loads - loads, 1, "page loads to invite");
  await form.goesTo("sent");
  const [found] = await form.receipt();
  await sound(person);
  await stands(found, "birth", "WAITING_SECOND_PARENT");
  const [message] = await messagesTo(it.phone, { about: found.ref });
  const other = await arrives(person);
  await other.opens(linkIn(message, other.language));
  await other.saysWho("Marc Tremblay", "1992-09-23");
  await other.keys.opens("link", other.say("welcome-read", { case: found.ref }));
  await other.certifies("Marc Tremblay");
  await sendNotice(it);
  await stands(found, "birth", "REGISTERED");
}, EACH_PAIR);

everyWay("a family pays from its receipt: declined, then paid", async (person) => {
  const it = family();
  const form = new Form(person, it);
  await form.sends();
  const [found] = await form.receipt();
  await person.pays("declined");
  await sendNotice(it);
  await stands(found, "certificate", "PAYMENT_NEEDED");
  await stands(found, "birth", "REGISTERED");
  await person.opens(`/case/${found.ref}`);
  const loads = person.loads;
  await person.pays("approved");
  // To the hosted page and back: nothing else was loaded, and nothing typed.
  assert.equal(person.path, `/case/${found.ref}`);
  assert.ok(person.loads - loads <= 2, `${person.loads - loads} page loads`);
  await stands(found, "certificate", "MAILED");
}, EACH_PAIR);

everyWay("what was certified is put right, and certified again by each parent", async (person, arrives) => {
  const it = family();
  const [found] = await submit(it);
  await stands(found, "birth", "WAITING_NOTICE");
  await person.signsIn(found);
  const form = await Form.correcting(person, it, { "children/0/name/first": "Olivia Jane" });
  await sound(person);
  assert.deepEqual(await form.errors(), [], "what was certified is taken as it is");
  await form.changes("step-baby-name", "certify-1");
  await form.answers();
  await accessible(person);
  await form.continues();
  assert.equal(person.path, `/case/${found.ref}`);
  await accessible(person);

  const other = await arrives(person);
  await other.signsIn({ ref: found.ref, access_code: found.other_access_codes[0].access_code });
  await other.opens(`/case/${found.ref}/statement`);
  assert.ok(await other.page.getByText(/Olivia Jane/).first().isVisible());
  await other.certifies("Marc Tremblay");
  await sendNotice(it);
  await stands(found, "birth", "REGISTERED");
}, EACH_PAIR);

everyWay("three errors are put right from the summary, with one page load and nothing typed twice", async (person) => {
  const wrong = {
    "children/0/date_of_birth": "2030-01-01",
    "children/0/weight_grams": "12",
    "children/0/gestation_weeks": "99",
  };
  const it = family();
  const form = await new Form(person, it, wrong).begins();
  await form.goesTo("baby-1/birth");
  await form.answers();
  await form.continues();
  assert.equal((await form.errors()).length, 3, `${await form.errors()}`);
  await sound(person);
  const loads = person.loads;
  for (const [nth, name] of Object.keys(wrong).entries()) {
    const links = person.page.getByRole("alert").getByRole("link");
    await person.keys.toControl(links.nth(nth), "the error");
    await person.keys.press("Enter");
    await form.person.keys.answers(name, name.endsWith("date_of_birth") ? "2026-11-16" : name.endsWith("weeks") ? "39" : "3410");
  }
  await form.continues();
  assert.equal(form.at, "place");
  assert.equal(person.loads - loads, 1, "page loads");
}, EACH_PAIR);

everyWay("whom the form is not for is told kindly, and can change the answer", async (person) => {
  for (const [input, value] of [
    ["start/born_in_province", "false"],
    ["start/live_birth", "false"],
    ["start/already_registered", "true"],
    ["start/surrogacy", "true"],
    ["start/parent_count", "3"],
  ]) {
    const form = await new Form(person, family(), { [input]: value }).begins();
    await form.answers();
    await form.continues();
    assert.match(form.at, /^out\//);
    await sound(person);
    await person.keys.opens("link", person.say("out-back"));
    assert.equal(form.at, "start");
  }
}, EACH_LANGUAGE);
