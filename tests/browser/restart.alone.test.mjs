// What a crash of the portal takes from a family: nothing. It runs alone, because it stops the portal for everybody.

import assert from "node:assert/strict";
import { EACH_PAIR, everyWay, withBrowser } from "./browser.mjs";
import { Form } from "./form.mjs";
import { family, restartPortal, sendNotice, stands } from "./stack.mjs";

withBrowser();

everyWay("a draft is there after a restart, on another device, with everything that was typed", async (person, arrives) => {
  const it = family();
  const form = await new Form(person, it).begins();
  await form.goesTo("parent-1/name");
  const code = await form.code();
  await restartPortal();

  const other = await arrives(person);
  await other.opens("/form/return");
  await other.keys.types("textbox", other.say("return-code"), code);
  await other.keys.opens("button", other.say("return-go"));
  const again = new Form(other, it);
  assert.equal(again.at, "parent-1/name");
  await other.opens("/form/baby-1/name");
  assert.equal(await other.page.locator('[name="children/0/name/first"]').inputValue(), "Olivia");
  await other.opens("/form/parent-1/name");
  await again.goesTo("sent");
  const [found] = await again.receipt();
  await sendNotice(it);
  await stands(found, "birth", "REGISTERED");
}, EACH_PAIR);
