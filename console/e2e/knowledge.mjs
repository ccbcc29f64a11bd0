// The knowledge base: written, handed in, published by somebody else, read by a partner, and put into a reply.
import assert from 'node:assert/strict';
import { accessible, available, awake, page, resolve, shoot, signIn, take, tell } from './setup.mjs';

const partner = 'mutation($input: AgentPartnerSetInput!) { agentPartnerSet(input: $input) { userErrors { message } } }';

/** Asks for a change as an admin does, without a page. */
export async function done(world, name, type, input, answer) {
  const { [name]: payload } = await world.query(world.admin, `mutation($input: ${type}!) { ${name}(input: $input) { ${answer} userErrors { message } } }`, { input });
  assert.deepEqual(payload.userErrors, []);
  return payload;
}

/** Articles of a new space, each published in the languages it has; tells their ids. */
export async function articles(world, name, list) {
  const { space } = await done(world, 'knowledgeSpaceSave', 'KnowledgeSpaceSaveInput', { name }, 'space { id }');
  const ids = [];
  for (const { audience, texts } of list) {
    let id;
    for (const text of texts) {
      const { article, revision } = await done(world, 'knowledgeArticleSave', 'KnowledgeArticleSaveInput', { knowledgeArticleId: id, knowledgeSpaceId: space.id, audience, text }, 'article { id } revision');
      id = article.id;
      const input = { knowledgeArticleId: id, language: text.language, revision };
      await done(world, 'knowledgeRevisionSubmit', 'KnowledgeRevisionInput', input, '');
      await done(world, 'knowledgeRevisionPublish', 'KnowledgeRevisionInput', input, '');
    }
    ids.push(id);
  }
  return ids;
}

/** Opens a fresh article and fills it in, by keys. */
async function write(at, { title, body, space }) {
  await at.waitForFunction(() => document.querySelector('main h2') && !document.querySelector('main .skeleton'));
  await at.keyboard.press('n');
  await at.waitForSelector('[data-sheet] input:focus');
  await at.keyboard.type(title);
  await at.getByLabel('Text', { exact: true }).fill(body);
  const spaces = at.locator('[data-sheet] select');
  if (await spaces.count()) await spaces.selectOption('');
  await at.getByLabel('Name of the new space').fill(space);
  await at.getByRole('checkbox', { name: 'Partners' }).check();
}

async function act(at, next) {
  await at.locator(`[data-next=${next}]`).press('Enter');
  await at.waitForSelector(`[data-next=${next}]`, { state: 'detached' });
}

export async function knowledge({ chrome, url, world, run, problems }) {
  const word = `gasket${run}`;
  const [title, body] = [`Replacing the ${word}`, `We send you a new ${word} at no cost.\n\nFit it dry: https://example.org/gasket shows how.`];
  const lead = await page(chrome, problems);
  await signIn(lead, `${url}/admin/knowledge`, 'sam');
  await write(lead, { title, body, space: `Repairs ${run}` });
  await shoot(lead, 'knowledge-new');
  await lead.keyboard.press('Control+s');
  await lead.waitForSelector('[data-next=submit]:focus');
  await act(lead, 'submit');
  await lead.getByText('Somebody else publishes what you wrote.').waitFor();
  await accessible(lead, 'knowledge, handed in', problems);
  await shoot(lead, 'knowledge-review');
  const id = new URL(lead.url()).pathname.split('/').pop();
  tell('a supervisor wrote an article and handed it in; they may not publish it themselves');
  const admin = await page(chrome, problems);
  await signIn(admin, `${url}/admin/knowledge/${id}`, 'ada');
  await act(admin, 'publish');
  await admin.getByRole('button', { name: 'Another language' }).press('Enter');
  await admin.waitForSelector('[data-sheet] input:focus');
  await admin.keyboard.type('zh-Hans');
  await admin.getByLabel('Title', { exact: true }).fill(`更换密封圈 ${word}`);
  await admin.getByLabel('Text', { exact: true }).fill('我们免费寄给您一个新的密封圈。');
  await admin.keyboard.press('Control+s');
  await act(admin, 'submit');
  await act(admin, 'publish');
  await admin.locator('[data-stands=PUBLISHED]').waitFor();
  await admin.getByLabel('Text', { exact: true }).fill('我们免费寄给您一个新的密封圈，三天内送达。');
  await admin.keyboard.press('Control+s');
  await act(admin, 'submit');
  await act(admin, 'publish');
  await admin.locator('[data-revision="1"] button').first().press('Enter');
  await admin.locator('[data-again=again]').press('Enter');
  await admin.getByText('Published again').waitFor();
  await shoot(admin, 'knowledge-revisions');
  tell('somebody else published it; another language, and the revision before published again');
  const desk = await page(chrome, problems);
  await signIn(desk, url, awake()[0]);
  await desk.waitForSelector('nav [data-state-of-me]');
  await read({ reader: desk, world, word, id, title, problems });
  await suggest({ desk, world, run, word, id, title, problems });
  for (const opened of [lead, admin, desk]) await opened.context().close();
}

/** A partner looks it up, in both languages, and says that they have learned it. */
async function read({ reader, world, word, id, title, problems }) {
  const { viewer } = await world.as(awake()[0], '{ viewer { agent { id } } }');
  const outsourced = async (value) => assert.deepEqual((await world.query(world.admin, partner, { input: { agentId: viewer.agent.id, outsourced: value } })).agentPartnerSet.userErrors, []);
  await outsourced(true);
  try {
    await reader.keyboard.press('g');
    await reader.keyboard.press('k');
    await reader.waitForSelector('input[type=search]:focus');
    await reader.keyboard.type(`do you replace the ${word}?`);
    await reader.waitForSelector(`[data-hit="${id}"]`);
    await reader.keyboard.press('Enter');
    await reader.locator(`[data-article="${id}"]`).getByRole('heading', { name: title }).waitFor();
    assert.equal(await reader.locator('[data-article] a[href="https://example.org/gasket"]').count(), 1);
    await accessible(reader, 'knowledge, an article', problems);
    await shoot(reader, 'knowledge-read');
    await reader.getByRole('button', { name: 'Chinese' }).press('Enter');
    await reader.locator('[data-article]').getByText('我们免费寄给您一个新的密封圈。', { exact: true }).waitFor();
    await reader.locator('[data-behind] button').press('Enter');
    await reader.waitForSelector('[data-learned]');
    tell('a partner found it, read the revision that is in force, and has learned it');
  } finally {
    await outsourced(false);
  }
}

/** It is suggested while the customer waits: one key opens it, one puts it into the reply. */
async function suggest({ desk, world, run, word, id, title, problems }) {
  await desk.keyboard.press('Escape');
  await desk.keyboard.press('g');
  await desk.keyboard.press('i');
  await available(desk);
  await world.generic(`+44780${run}1`, `Gwen ${run}`, `Can you replace the ${word}?`);
  await take(desk, `Gwen ${run}`);
  await desk.locator(`[data-suggestion="${id}"]`).first().waitFor();
  await desk.keyboard.press('Escape');
  for (let n = 0; n < 3 && !(await desk.locator(`[data-suggestions] [role=region][aria-label="${title}"]`).count()); n++) {
    await desk.keyboard.press('a');
    await desk.waitForSelector('[data-insert]:focus');
  }
  await accessible(desk, 'desk with a suggestion', problems);
  await shoot(desk, 'knowledge-desk');
  await desk.keyboard.press('Enter');
  await desk.waitForSelector('textarea:focus');
  assert.match(await desk.locator('textarea').inputValue(), new RegExp(`new ${word} at no cost`));
  await desk.waitForSelector('[data-suggestions]', { state: 'detached' });
  await desk.keyboard.press('Control+Enter');
  await world.until('the customer has the answer', () => world.told(`new ${word} at no cost`) > 0);
  await world.generic(`+44780${run}1`, `Gwen ${run}`, `Thanks! Must I replace the ${word} myself?`);
  await desk.locator('[data-suggestion]').first().press('Enter');
  await desk.locator('[data-leave]').press('Enter');
  await desk.waitForSelector('[data-suggestions]', { state: 'detached' });
  const counted = async () => (await world.query(world.admin, 'query($id: ID!) { knowledgeArticle(knowledgeArticleId: $id) { acceptedCount ignoredCount } }', { id })).knowledgeArticle;
  await world.until('both are counted', async () => JSON.stringify(await counted()) === '{"acceptedCount":1,"ignoredCount":1}');
  tell('suggested while the customer waited, put into the reply by two keys, and counted');
  await resolve(desk);
  await desk.context().close();
}
