// A person at a keyboard: goes from control to control with Tab, and knows each by its accessible name, as a screen
// reader says it. Nothing here clicks.

import assert from "node:assert/strict";

/** How many controls a page may have before we say that one cannot be reached. */
const FAR = 200;

export class Keyboard {
  constructor(page) {
    this.page = page;
  }

  press(key) {
    return this.page.keyboard.press(key);
  }

  /** Goes to the control of this role and accessible name. */
  async to(role, name) {
    const control = this.page.getByRole(role, { name, exact: typeof name === "string" });
    await control.first().waitFor({ timeout: 5_000 });
    assert.equal(await control.count(), 1, `there is one ${role} called ${name}`);
    await this.toControl(control, `the ${role} called ${name}`);
    return control;
  }

  /** Goes to the input of this name, which must have an accessible name too. */
  async toInput(name) {
    const control = this.page.locator(`[name="${name}"]:not([type=hidden])`);
    assert.equal(await control.count(), 1, `there is one input ${name}`);
    await this.toControl(control, `the input ${name}`);
    return control;
  }

  async toControl(control, called) {
    // Where one lands with Tab depends on the page; from its end one comes to its beginning again.
    for (let nth = 0; nth < FAR; nth++) {
      if (await control.evaluate((it) => it === document.activeElement)) return;
      await this.press("Tab");
    }
    assert.fail(`${called} cannot be reached with Tab`);
  }

  /** Opens a link or presses a button, and waits for the page that follows. */
  async opens(role, name) {
    await this.to(role, name);
    await this.goes("Enter");
  }

  /** Follows the first link of the error summary. */
  async opensFirstError() {
    const link = this.page.getByRole("alert").getByRole("link").first();
    await this.toControl(link, "the first error");
    await this.leadsTo(link);
  }

  /** Follows a link inside the page, such as one of an error summary. */
  async opensInPage(role, name) {
    await this.leadsTo(await this.to(role, name));
  }

  async leadsTo(link) {
    const target = (await link.getAttribute("href")).slice(1);
    await this.press("Enter");
    const there = this.page.locator(`[id="${target}"]`);
    const near = await there.evaluate((it) => it === document.activeElement || it.contains(document.activeElement));
    // Without the focus, the next Tab goes there: a group of choices takes none itself.
    if (!near) await this.press("Tab");
    assert.ok(
      await there.evaluate((it) => it === document.activeElement || it.contains(document.activeElement)),
      `the link leads to ${target}`,
    );
  }

  /** Presses a key that leads to another page. */
  async goes(key) {
    await Promise.all([this.page.waitForEvent("domcontentloaded", { timeout: 15_000 }), this.press(key)]);
  }

  /** Replaces what is in a text field. */
  async types(role, name, text) {
    await this.to(role, name);
    await this.replaces(text);
  }

  async replaces(text) {
    await this.press("ControlOrMeta+a");
    if (text === "") await this.press("Delete");
    else await this.page.keyboard.type(text);
  }

  /** Pastes from the clipboard. */
  async pastes(role, name, text) {
    const control = await this.to(role, name);
    await this.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await this.page.evaluate((it) => navigator.clipboard.writeText(it), text);
    await this.press("ControlOrMeta+a");
    await this.press("ControlOrMeta+v");
    assert.equal(await control.inputValue(), text, "it can be pasted");
  }

  /** Ticks a box, or unticks it. */
  async ticks(name, wanted = true) {
    const box = await this.to("checkbox", name);
    if ((await box.isChecked()) !== wanted) await this.press("Space");
    assert.equal(await box.isChecked(), wanted, `the box ${name}`);
  }

  /** Chooses one of several, as a group of radio buttons is used: Tab to the group, arrows inside it. */
  async chooses(name) {
    const wanted = this.page.getByRole("radio", { name, exact: typeof name === "string" });
    assert.equal(await wanted.count(), 1, `there is one choice called ${name}`);
    await this.choosesControl(wanted);
  }

  async choosesControl(wanted) {
    if (await wanted.isChecked()) return;
    const group = await wanted.getAttribute("name");
    const inGroup = () => this.page.evaluate((it) => document.activeElement?.name === it, group);
    for (let nth = 0; nth < FAR && !(await inGroup()); nth++) await this.press("Tab");
    assert.ok(await inGroup(), `the choice ${group} cannot be reached with Tab`);
    for (let nth = 0; nth < FAR; nth++) {
      if (await wanted.evaluate((it) => it === document.activeElement)) {
        if (!(await wanted.isChecked())) await this.press("Space");
        break;
      }
      await this.press("ArrowDown");
    }
    assert.ok(await wanted.isChecked(), `${group} is chosen`);
  }

  /** Chooses from a list by its value. */
  async picks(select, value) {
    for (let nth = 0; nth < 300; nth++) {
      const now = await select.evaluate((it) => [it.selectedIndex, [...it.options].map((one) => one.value)]);
      const wanted = now[1].indexOf(value);
      assert.ok(wanted >= 0, `${value} is in the list`);
      if (wanted === now[0]) return;
      await this.press(wanted > now[0] ? "ArrowDown" : "ArrowUp");
    }
    assert.fail(`${value} cannot be chosen`);
  }

  /** Answers an input of any kind, known by its name, with a value of the form. */
  async answers(name, value) {
    const inputs = this.page.locator(`[name="${name}"]:not([type=hidden])`);
    const kind = await inputs.first().evaluate((it) => (it.tagName === "INPUT" ? it.type : it.tagName.toLowerCase()));
    const text = String(value);
    if (kind === "radio") {
      return this.choosesControl(this.page.locator(`[name="${name}"][value="${text}"]`));
    }
    const control = await this.toInput(name);
    if (kind === "checkbox") {
      if ((await control.isChecked()) !== (text === "true")) await this.press("Space");
    } else if (kind === "select") {
      await this.picks(control, text);
    } else if (kind === "date" || kind === "time") {
      await this.dials(control, text);
    } else {
      await this.replaces(text);
      assert.equal(await control.inputValue(), text, `what is typed in ${name}`);
    }
  }

  /** Types into a date or time field part by part, in the order in which the browser shows the parts. */
  async dials(control, text) {
    const tries = text.includes(":") ? clocks(text.split(":")) : calendars(text.split("-"));
    for (const parts of tries) {
      await this.emptiesParts(4);
      for (const [nth, part] of parts.entries()) {
        await this.page.keyboard.type(part);
        // A year can have six digits, so it does not end by itself.
        if (part.length === 4 && nth < 2) await this.press("ArrowRight");
      }
      if ((await control.inputValue()) === text) return;
    }
    assert.equal(await control.inputValue(), text, "what is typed as a date or time");
  }

  async emptiesParts(count) {
    const times = async (key) => {
      for (let nth = 0; nth < count; nth++) await this.press(key);
    };
    await times("ArrowLeft");
    for (let nth = 0; nth < count; nth++) {
      await this.press("Backspace");
      await this.press("ArrowRight");
    }
    await times("ArrowLeft");
  }
}

/** The orders in which browsers ask for a date. */
const calendars = ([year, month, day]) => [[month, day, year], [year, month, day], [day, month, year]];

/** With halves of the day, and without. */
function clocks([hour, minute]) {
  const half = Number(hour) < 12 ? "a" : "p";
  const twelve = String(Number(hour) % 12 || 12).padStart(2, "0");
  return [[twelve, minute, half], [hour, minute]];
}
