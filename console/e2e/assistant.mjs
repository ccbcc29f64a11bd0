// A bot over a language model: set up in a sheet, it answers a visitor from an article and hands over with a brief.
import assert from 'node:assert/strict';
import { accessible, available, awake, page, resolve, shoot, signIn, take, tell } from './setup.mjs';

const call = (name, given) => ({ content: null, tool_calls: [{ id: 'c1', type: 'function', function: { name, arguments: JSON.stringify(given) } }] });

/** What the model does: it hands invoices over, and answers all else from what it finds. */
function model(messages) {
  const asked = messages.findLast((one) => one.role === 'user').content;
  if (asked.includes('invoice')) return call('hand_off', { reason: 'policy', language: 'en' });
  return messages.at(-1).role === 'tool' ? { content: 'Descale it with vinegar [K1].' } : call('search_knowledge', { query: 'descale kettle' });
}

async function publish(world, title) {
  const act = async (document, input, field) => (await world.query(world.admin, document, { input }))[field];
  const { space } = await act('mutation($input: KnowledgeSpaceSaveInput!) { knowledgeSpaceSave(input: $input) { space { id } } }', { name: title }, 'knowledgeSpaceSave');
  const text = { language: 'en', title, body: 'A kettle is descaled with vinegar.' };
  const { article } = await act('mutation($input: KnowledgeArticleSaveInput!) { knowledgeArticleSave(input: $input) { article { id } } }', { knowledgeSpaceId: space.id, audience: ['BOT'], text }, 'knowledgeArticleSave');
  for (const step of ['knowledgeRevisionSubmit', 'knowledgeRevisionPublish']) {
    const done = await act(`mutation($input: KnowledgeRevisionInput!) { ${step}(input: $input) { userErrors { message } } }`, { knowledgeArticleId: article.id, language: 'en', revision: 1 }, step);
    assert.deepEqual(done.userErrors, []);
  }
}

async function register(admin, url, name, problems) {
  await admin.goto(`${url}/admin/bots`);
  await admin.waitForSelector('main h2');
  await admin.waitForFunction(() => !document.querySelector('main .skeleton'));
  await admin.keyboard.press('n');
  await admin.waitForSelector('[data-sheet] input:focus');
  await admin.keyboard.type(name);
  await admin.getByLabel('Platform', { exact: true }).selectOption('assistant');
  await admin.getByLabel('Model', { exact: true }).fill('small-1');
  await admin.keyboard.press('Control+s');
  await admin.waitForSelector('[data-sheet] input[aria-invalid=true]:focus');
  await admin.getByLabel('Address of the model’s API').fill(`http://127.0.0.1:${process.env.PROVIDER_PORT ?? 8900}/v1`);
  await admin.getByLabel('Instructions').fill('You help customers of Harbour Goods with kettles.');
  await admin.getByLabel('Key of the API').fill('sk-demo');
  await accessible(admin, 'assistant sheet', problems);
  await shoot(admin, 'assistant-sheet');
  await admin.keyboard.press('Control+s');
  await admin.waitForSelector('[data-sheet]', { state: 'detached' });
  await admin.locator('[data-row]', { hasText: name }).press('Enter');
  await admin.waitForSelector('[data-sheet]');
  assert.equal(await admin.getByLabel('Key of the API').inputValue(), '', 'the key is not shown again');
  assert.equal(await admin.getByLabel('Model', { exact: true }).inputValue(), 'small-1');
  await shoot(admin, 'assistant-sheet-again');
  await admin.keyboard.press('Escape');
}

export async function assistant({ chrome, url, world, run, problems }) {
  const account = world.accounts.webchat;
  const [admin, desk, site] = [await page(chrome, problems), await page(chrome, problems), await page(chrome, problems)];
  const name = `Helper ${run}`;
  const briefs = world.model;
  // What is not asked of the assistant adds to briefs.
  world.model = (messages) => (messages[0].content.startsWith('You answer a customer') ? model(messages) : briefs(messages));
  await publish(world, `Kettles ${run}`);
  await signIn(admin, url, 'ada');
  await register(admin, url, name, problems);
  tell('an assistant was set up in its sheet');
  const bot = (await world.query(world.admin, '{ bots { id name } }')).bots.find((one) => one.name === name);
  const give = 'mutation($input: ChannelAccountUpdateInput!) { channelAccountUpdate(input: $input) { userErrors { message } } }';
  const answers = async (botId) => assert.deepEqual((await world.query(world.admin, give, { input: { channelAccountId: account.id, botId } })).channelAccountUpdate.userErrors, []);
  await signIn(desk, url, awake()[0]);
  await available(desk);
  await answers(bot.id);
  try {
    // An account that was opened a moment ago is trusted for two seconds.
    await site.waitForTimeout(2500);
    await site.goto(`${url}/widget/demo?account=${account.id}&open&lang=en`);
    const frame = site.frameLocator('iframe');
    await frame.locator('textarea').fill(`How do I descale a kettle? ${run}`);
    await frame.locator('textarea').press('Enter');
    await frame.getByText('Descale it with vinegar.', { exact: true }).waitFor();
    await shoot(site, 'assistant-widget');
    await frame.locator('textarea').fill(`My invoice is wrong ${run}`);
    await frame.locator('textarea').press('Enter');
    await take(desk, run);
    await desk.waitForSelector('section[aria-label="Hand-off brief"] dd');
    await desk.getByText(`rests on Kettles ${run}`).waitFor();
    await accessible(desk, 'desk after an assistant', problems);
    await shoot(desk, 'assistant-desk');
    tell('a visitor was answered from an article, and handed over with a brief');
    await resolve(desk);
  } finally {
    await answers(null);
  }
  for (const one of [admin, desk, site]) await one.context().close();
}
