// A model drafts the next reply: its sources are shown, what they do not hold is left out, and an agent puts it into the reply.
import assert from 'node:assert/strict';
import { articles } from './knowledge.mjs';
import { available, awake, looked, page, resolve, shoot, signIn, take, tell } from './setup.mjs';

const says = (...sentences) => ({ content: JSON.stringify({ sentences: sentences.map(([text, ...sources]) => ({ text, sources })) }) });
const stands = (desk, how) => desk.waitForSelector(`[data-draft=${how}]`);

/** Asks for a draft by its key, which means text while somebody writes. */
async function ask(desk) {
  await desk.keyboard.press('Escape');
  await desk.keyboard.press('w');
}

export async function drafts({ chrome, url, world, run, problems }) {
  const [customer, login] = [`Nell ${run}`, awake()[0]];
  const texts = [{ language: 'en', title: `Refunds ${run}`, body: `Refunds take five working days. They go to the card that paid.` }];
  await articles(world, `Money ${run}`, [{ audience: ['AGENT'], texts }]);
  const briefs = world.model;
  let let_go;
  const held = new Promise((done) => (let_go = done));
  const answers = [
    () => held.then(() => says([`Hello, thank you for your message.`], ['The refund for order 48213 takes five working days.', 'K1', 'M1'], ['It goes to the card that paid.', 'K1'], ['You also get a voucher of 20 euros.', 'K1'])),
    () => says(['The refund takes five working days.', 'K1']),
    () => ({ content: 'Gladly! Here is your draft.' }),
  ];
  world.model = (messages) => (messages[0].content.includes('draft of the next reply') ? answers.shift()() : briefs(messages));
  const desk = await page(chrome, problems);
  await signIn(desk, url, login);
  await available(desk);
  await world.generic(`+44781${run}2`, customer, 'How long does the refund for order 48213 take?');
  await take(desk, customer);
  await desk.waitForSelector('[data-drafts]');
  await ask(desk);
  await stands(desk, 'pending');
  await shoot(desk, 'draft-pending');
  let_go();
  await stands(desk, 'ready');
  await desk.waitForSelector('[data-put]:focus');
  assert.match(await desk.locator('[data-text]').textContent(), /five working days/);
  assert.equal(await desk.getByText('voucher').count(), 0, 'what no source holds is left out');
  assert.equal(await desk.locator('[data-dropped]').count(), 1);
  assert.equal(await desk.locator('[data-source=article]').count(), 1);
  await looked(desk, 'draft', problems);
  await desk.locator('[data-source=message]').press('Enter');
  tell('a draft came with its sources, without what they do not hold');

  await desk.locator('[data-put]').press('Enter');
  await desk.waitForSelector('textarea:focus');
  const draft = await desk.locator('textarea').inputValue();
  assert.equal(draft, 'Hello, thank you for your message. The refund for order 48213 takes five working days. It goes to the card that paid.');
  await stands(desk, 'put');
  await shoot(desk, 'draft-put');
  await desk.getByRole('button', { name: 'Undo' }).press('Enter');
  await stands(desk, 'ready');
  assert.equal(await desk.locator('textarea').inputValue(), '');
  await desk.keyboard.type('Dear Nell');
  await desk.locator('[data-put]').press('Enter');
  await desk.getByRole('button', { name: 'Add after it' }).waitFor();
  await shoot(desk, 'draft-sure');
  await desk.getByRole('button', { name: 'Replace it' }).press('Enter');
  await desk.waitForSelector('textarea:focus');
  assert.equal(await desk.locator('textarea').inputValue(), draft);
  const told = world.told(draft);
  await desk.keyboard.press('Control+Enter');
  await world.until('the reply went out', () => world.told(draft) > told);
  await desk.waitForSelector('[data-draft]', { state: 'detached' });
  assert.equal(world.told(draft), told + 1, 'the reply goes out once');
  tell('it was put into the reply, taken back, put there again, and sent');

  await world.generic(`+44781${run}2`, customer, 'And how long exactly?');
  await desk.getByText('And how long exactly?').first().waitFor();
  await ask(desk);
  await stands(desk, 'ready');
  await world.generic(`+44781${run}2`, customer, 'I am in a hurry');
  await desk.waitForSelector('[data-stale]');
  await desk.locator('[data-again]').press('Enter');
  await desk.getByRole('button', { name: 'Shorter' }).waitFor();
  await looked(desk, 'draft-again', problems);
  await desk.getByRole('button', { name: 'Shorter' }).press('Enter');
  await stands(desk, 'failed');
  await looked(desk, 'draft-failed', problems);
  await desk.getByRole('button', { name: 'Close', exact: true }).press('Enter');
  await desk.waitForSelector('[data-draft]', { state: 'detached' });
  tell('one became stale, and the next one failed with its reason');

  answers.push(() => says(['退款需要五个工作日。', 'K1'], ['The refund takes five working days.', 'K1'], ['Which card did you pay with?']));
  await desk.keyboard.press('Escape');
  await desk.keyboard.press('Control+k');
  await desk.waitForSelector('[role=dialog] input');
  await desk.keyboard.type('language');
  await desk.keyboard.press('Enter');
  await desk.waitForSelector('html[lang=zh-CN]');
  await ask(desk);
  await stands(desk, 'ready');
  await looked(desk, 'draft-zh', problems);
  await desk.locator('[data-dismiss]').press('Enter');
  await desk.waitForSelector('[data-draft]', { state: 'detached' });
  const { replyDraftCounts: counts } = await world.query(world.admin, '{ replyDraftCounts(days: 1) { acceptedCount failedCount ignoredCount } }');
  assert.ok(counts.acceptedCount >= 1 && counts.failedCount >= 1 && counts.ignoredCount >= 2, JSON.stringify(counts));
  await resolve(desk);
  const lead = await page(chrome, problems);
  await signIn(lead, `${url}/admin/knowledge`, 'sam');
  await lead.waitForSelector('[data-drafted]');
  await shoot(lead, 'draft-counts');
  world.model = briefs;
  for (const opened of [desk, lead]) await opened.context().close();
}
