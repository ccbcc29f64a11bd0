// A conversation goes from the bot to a person and back; what the bot was told; what an identifier is worth, and whose it is.
import assert from 'node:assert/strict';
import { accessible, available, awake, page, resolve, said, send, shoot, signIn, take, tell } from './setup.mjs';

export async function hands({ chrome, url, world, run, problems }) {
  const desk = await page(chrome, problems);
  await signIn(desk, url, awake()[0]);
  await available(desk);
  await fromBot({ desk, world, run, problems });
  const admin = await page(chrome, problems);
  await log({ admin, url, world, run, problems });
  await worth({ desk, world, run, problems });
  await values({ admin, url, run });
  for (const opened of [desk, admin]) await opened.context().close();
}

/** Taken by one key while the bot talks, and given back by the same key with a note. */
async function fromBot({ desk, world, run, problems }) {
  const name = `Hana ${run}`;
  await world.whatsapp(`447781${run}1`, name, 'Where is my order?');
  await world.until('the bot has it', () => world.seen.some((one) => one.path === '/bot' && JSON.stringify(one.body).includes(name)));
  await desk.getByRole('tab', { name: 'Open' }).press('Enter');
  await desk.locator('[role=listitem] a', { hasText: name }).press('Enter');
  await desk.waitForSelector('[data-take]');
  await shoot(desk, 'hands-bot');
  await desk.keyboard.press('Escape');
  await desk.keyboard.press('h');
  await desk.waitForSelector('[data-resolve]');
  await send(desk, 'r', `A person here ${run}`);
  await world.until('the customer hears the person', () => world.told(`A person here ${run}`) > 0);
  await said(desk, `A person here ${run}`).waitFor();
  await desk.keyboard.press('Escape');
  await desk.keyboard.press('h');
  await desk.waitForSelector('[role=dialog] textarea:focus');
  await desk.keyboard.type(`Tell her the day ${run}`);
  await accessible(desk, 'give back to the bot', problems);
  await shoot(desk, 'hands-return');
  await desk.keyboard.press('Control+Enter');
  await desk.waitForSelector('[role=dialog]', { state: 'detached' });
  const told = await world.until('the bot has it again', () => world.seen.find((one) => one.body?.type === 'session.returned' && one.body.data.note === `Tell her the day ${run}`));
  assert.equal(told.body.data.customer_waits, false);
  tell('taken from the bot, and given back with a note');
}

/** The bot's ledger: looked at, told again, recovered. */
async function log({ admin, url, world, run, problems }) {
  await signIn(admin, `${url}/admin/bots/${world.bot}/log`, 'ada');
  const row = admin.locator('[data-post=DELIVERED]', { hasText: 'session.returned' }).first();
  await row.locator('button').first().press('Enter');
  await admin.getByText(`Tell her the day ${run}`).waitFor();
  await accessible(admin, 'log of a bot', problems);
  await shoot(admin, 'bot-log');
  const times = () => world.seen.filter((one) => one.body?.data?.note === `Tell her the day ${run}`).length;
  const before = times();
  await admin.locator('[data-resend]').press('Enter');
  await world.until('the bot hears it again', () => times() > before);
  await admin.locator('[data-recover]').press('Enter');
  await admin.getByText('Taken up again: 0').waitFor();
  tell('the log shows what the bot was told; it was told again');
}

/** On the card: who uses a number, whose it is, and who said so. */
async function worth({ desk, world, run, problems }) {
  const [phone, name] = [`+44782${run}1`, `Ines ${run}`];
  await world.generic(phone, name, 'It is about my order');
  await take(desk, name);
  const card = desk.locator('aside[aria-label="Customer card"]');
  await card.getByRole('button', { name: 'Confirm an identifier' }).press('Enter');
  await card.getByLabel('Kind').selectOption('email');
  await card.getByLabel('Value').fill(`ines${run}@example.org`);
  await card.getByLabel('Value').press('Enter');
  await card.locator(`[data-tools="ines${run}@example.org"]`).waitFor();
  await card.locator(`[data-tools="${phone}"]`).press('Enter');
  await shoot(desk, 'identity-menu');
  await desk.locator('[data-say=shared]').press('Enter');
  await card.locator('[data-worth=shared]').waitFor();
  await card.locator(`[data-tools="ines${run}@example.org"]`).press('Enter');
  await desk.locator('[data-say=split]').press('Enter');
  await desk.waitForSelector('[role=dialog] input:focus');
  await desk.keyboard.press('Enter');
  await desk.getByText('Say why in a few words').waitFor();
  await desk.keyboard.type('It is her sister’s');
  await accessible(desk, 'divide a customer', problems);
  await shoot(desk, 'identity-split');
  await desk.keyboard.press('Enter');
  await desk.waitForSelector('[role=dialog]', { state: 'detached' });
  await card.locator('[data-worth=ended]').waitFor();
  await card.locator(`[data-tools="ines${run}@example.org"]`).waitFor({ state: 'detached' });
  await card.locator('summary').press('Enter');
  await card.locator('[data-changes]').press('Enter');
  await desk.locator('[data-audit] li', { hasText: 'Divided' }).getByText('It is her sister’s').waitFor();
  await shoot(desk, 'identity-audit');
  await desk.keyboard.press('Escape');
  await desk.waitForSelector('[role=dialog]', { state: 'detached' });
  await resolve(desk);
  tell('a number was declared shared, an address taken to a customer of its own, and all of it stands in the audit');
}

/** In the set-up: blocked, seen in the list, taken back. */
async function values({ admin, url, run }) {
  await admin.goto(`${url}/admin/values`);
  await admin.locator('[data-row]', { hasText: `+44782${run}1` }).waitFor();
  await admin.keyboard.press('n');
  await admin.waitForSelector('[data-sheet] input:focus');
  await admin.getByLabel('Kind', { exact: true }).selectOption('email');
  await admin.getByLabel('Value', { exact: true }).fill(`Post${run}@`);
  await admin.getByRole('radio', { name: 'Never a key' }).check();
  await shoot(admin, 'values-new');
  await admin.keyboard.press('Control+s');
  await admin.waitForSelector('[data-sheet]', { state: 'detached' });
  await admin.locator('[data-row]', { hasText: `post${run}@` }).press('Enter');
  await admin.locator('[data-clear]').press('Enter');
  await admin.locator('[role=dialog]').getByRole('button', { name: 'Take back' }).press('Enter');
  await admin.locator('[data-row]', { hasText: `post${run}@` }).waitFor({ state: 'detached' });
  tell('a role address was blocked, and the block taken back');
}
