// The second parent, on a device of their own: a link, who they are, what is to be registered, and one of four answers.

import assert from "node:assert/strict";
import { EACH_LANGUAGE, EACH_PAIR, everyWay, withBrowser } from "./browser.mjs";
import { accessible, sound } from "./checks.mjs";
import { familyApart, linkIn, look, messagesTo, stands, submit } from "./stack.mjs";

withBrowser();

/** The second parent follows the link that was sent to them and says who they are. */
async function known(person) {
  const it = familyApart(person.language);
  const [found] = await submit(it);
  const [message] = await messagesTo(it.phone, { about: found.ref });
  await person.opens(linkIn(message, person.language));
  await sound(person);
  await person.saysWho("Nobody", "2000-01-01");
  assert.ok(await person.page.getByText(person.say("error-title")).isVisible());
  await sound(person);
  await person.saysWho("Marc Tremblay", "1992-09-23");
  assert.equal(person.path, `/case/${found.ref}/welcome`);
  await sound(person);
  await person.keys.opens("link", person.say("welcome-read", { case: found.ref }));
  assert.equal(person.path, `/case/${found.ref}/statement`);
  return found;
}

everyWay("the second parent certifies what they read", async (person) => {
  const found = await known(person);
  await sound(person);
  assert.equal(await person.page.getByText("Maple Lane").count(), 0, "the other's address is shown");
  await person.keys.opens("button", person.say("certify-send"));
  await sound(person);
  await person.keys.opensInPage("link", person.say("certify-agree-first"));
  await person.certifies("Marc Tremblay");
  await stands(found, "birth", "WAITING_NOTICE");
  await person.opens(`/case/${found.ref}/statement`);
  assert.ok(await person.page.getByText(person.say("statement-certified")).isVisible());
  await accessible(person);
}, EACH_PAIR);

for (const [objection, state] of [
  ["SOMETHING_WRONG", "ACTION_NEEDED"],
  ["NOT_A_PARENT", "IN_REVIEW"],
  ["DOES_NOT_AGREE", "IN_REVIEW"],
]) {
  everyWay(`the second parent answers ${objection}, and nothing is registered`, async (person) => {
    const found = await known(person);
    await person.keys.chooses(person.say(`objection-${objection}`));
    await person.keys.opens("button", person.say("object-send"));
    await stands(found, "birth", state);
    await person.opens(`/case/${found.ref}`);
    await accessible(person);
    assert.equal((await look(found)).birth.state, state);
  }, EACH_LANGUAGE);
}

everyWay("a link that was used leads to what else there is", async (person, arrives) => {
  const it = familyApart(person.language);
  const [found] = await submit(it);
  const [message] = await messagesTo(it.phone, { about: found.ref });
  const link = linkIn(message, person.language);
  await person.opens(link);
  await person.saysWho("marc tremblay", "1992-09-23");
  const another = await arrives(person);
  const answer = await another.opens(link);
  assert.equal(answer.status(), 404);
  await accessible(another);
}, EACH_LANGUAGE);
