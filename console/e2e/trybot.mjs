// An administrator plays a customer with a bot: buttons, what cannot be read, a hand-off with its brief, back to the bot,
// the dialogue saved and replayed, a changed answer found. Nothing of it is a conversation.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { accessible, looked, page, shoot, signIn, tell } from './setup.mjs';
import { inChinese } from './work.mjs';

const SAVE = 'mutation($input: BotSaveInput!) { botSave(input: $input) { botId userErrors { message } } }';

/** What the bot does; `greeting` is what changes between two replays. */
function answers(greeting) {
  return ({ data, type }) => {
    const text = data.message?.text ?? data.message?.choice?.title ?? '';
    if (type === 'session.returned') return { actions: [{ type: 'message', text: 'It is paid, I hear. Anything else?' }] };
    if (text.includes('refund')) return { actions: [{ type: 'handoff', reason: { code: 'policy' }, slots: { order: '48213' }, target: { queue: 'Billing' }, summary: 'A leaking kettle of order 48213.' }, { type: 'message', text: 'Bye' }] };
    if (text === 'Yes') return { actions: [{ type: 'dance' }, { type: 'message', text: 'Then I can send a new one.' }] };
    return { actions: text ? [{ type: 'message', text: `${greeting} Is it the kettle of order 48213?`, buttons: ['Yes', 'No'] }] : [] };
  };
}

async function write(admin, text) {
  await admin.locator('[data-say]').fill(text);
  await admin.keyboard.press('Enter');
  await admin.waitForFunction((said) => document.querySelector('[data-say]')?.value === '' && [...document.querySelectorAll('[data-turn]')].length > 0 && document.body.textContent.includes(said), text);
}

const bubble = (admin, text) => admin.locator('[data-bubble=bot]', { hasText: text }).last().waitFor();

export async function tryBot({ chrome, url, world, run, problems }) {
  const name = `Tried ${run}`;
  const { queues } = await world.query(world.admin, '{ queues { id name } }');
  const address = `http://127.0.0.1:${process.env.PROVIDER_PORT ?? 8900}/tried/${run}`;
  const make = async (of, at) => (await world.query(world.admin, SAVE, { input: { name: of, url: at, fallbackQueueId: queues.find((one) => one.name === 'Support').id } })).botSave.botId;
  const bot = await make(name, address);
  const reader = await make(`Reader ${run}`, '');
  world.tried = answers('Hello!');
  const count = async () => (await world.query(world.admin, '{ conversations(view: OPEN, first: 50) { nodes { id } } }')).conversations.nodes.length;
  const before = await count();
  const admin = await page(chrome, problems, { acceptDownloads: true });
  await signIn(admin, `${url}/admin/bots/${bot}`, 'ada');
  await admin.locator('[data-trybot-open]').press('Enter');
  await admin.waitForSelector('[data-trybot] [data-say]:focus');
  await looked(admin, 'trybot-empty', problems);
  await inChinese(admin, 'trybot-empty', problems);

  await write(admin, 'My kettle leaks');
  await bubble(admin, 'Is it the kettle of order 48213?');
  await admin.locator('[data-buttons] button', { hasText: 'Yes' }).press('Enter');
  await bubble(admin, 'Then I can send a new one.');
  await admin.waitForSelector('[data-unread]');
  assert.match(await admin.locator('[data-unread]').textContent(), /unknown variant/);
  await looked(admin, 'trybot-talk', problems);
  await write(admin, 'I want a refund');
  await admin.waitForSelector('[data-holder=QUEUE]');
  await admin.locator('[data-brief]', { hasText: 'Billing' }).getByText('order: 48213').waitFor();
  assert.equal(await admin.locator('[data-action=false]').count(), 1, 'what comes after a hand-off');
  await admin.locator('[data-brief]').scrollIntoViewIfNeeded();
  await looked(admin, 'trybot-handoff', problems);
  await inChinese(admin, 'trybot-handoff', problems);
  tell('a customer was played up to the brief');

  await admin.locator('[data-note]').fill('it is paid');
  await admin.locator('[data-happen=give]').press('Enter');
  await bubble(admin, 'It is paid, I hear.');
  await admin.waitForSelector('[data-holder=BOT]');
  const [saved] = await Promise.all([admin.waitForEvent('download'), admin.locator('[data-record]').press('Enter')]);
  const kept = await readFile(await saved.path(), 'utf8');
  assert.deepEqual(kept.trim().split('\n').map((line) => JSON.parse(line).event), ['message.created', 'message.created', 'message.created', 'handoff.accepted', 'session.returned']);
  await admin.reload();
  await bubble(admin, 'It is paid, I hear.');
  tell('given back, saved, and still there after a reload');

  await admin.locator('[data-again]').press('Enter');
  await admin.waitForSelector('[data-outcome=same]');
  world.tried = answers('Good day!');
  await admin.locator('input[type=file]').setInputFiles({ name: 'kept.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from(kept) });
  await admin.waitForSelector('[data-outcome=differs]');
  assert.equal(await admin.locator('[data-differs=true]').count(), 1);
  await admin.getByText('Good day! Is it the kettle').first().waitFor();
  await looked(admin, 'trybot-differs', problems);
  await inChinese(admin, 'trybot-differs', problems);
  await admin.locator('input[type=file]').setInputFiles({ name: 'odd.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') });
  await admin.locator('[role=alert]', { hasText: 'line 1' }).waitFor();
  tell('replayed: the same, then a changed answer is found');

  await admin.locator('[data-anew]').press('Enter');
  await admin.waitForSelector('[data-say]:focus');
  world.gone = `/tried/${run}`;
  await write(admin, 'anybody there?');
  await admin.waitForSelector('[data-takeover=bot_failed]');
  await admin.waitForSelector('[data-failed]');
  world.gone = null;
  await admin.setViewportSize({ width: 390, height: 844 });
  await accessible(admin, 'trybot on a phone', problems);
  await shoot(admin, 'trybot-390');
  await admin.setViewportSize({ width: 1440, height: 900 });
  assert.equal(await count(), before, 'no conversation came of it');
  await admin.keyboard.press('Escape');
  await admin.waitForSelector('[data-sheet]');
  await admin.goto(`${url}/admin/bots/${reader}/try`);
  await admin.getByText('This bot cannot be played here').waitFor();
  await looked(admin, 'trybot-reader', problems);
  tell('a bot that is down, and one that reads a stream');
  await admin.context().close();
}
