// Next steps: a checklist is written for an intent, suggested when a message is about it, ticked, and asked for at the end.
import assert from 'node:assert/strict';
import { articles } from './knowledge.mjs';
import { accessible, available, awake, looked, page, shoot, signIn, take, tell } from './setup.mjs';
import { inChinese } from './work.mjs';

const intents = ['refund_request', 'track_parcel'];

/** Intents that have examples; earlier checklists are out of use. */
async function prepared(world, run) {
  const { checklists } = await world.query(world.admin, '{ checklists { id } }');
  for (const { id } of checklists) await world.query(world.admin, 'mutation($id: ID!) { checklistArchive(input: { checklistId: $id }) { userErrors { message } } }', { id });
  const examples = intents.flatMap((intent) => [1, 2].map((n) => ({ intent, text: `${intent} ${n} ${run}` })));
  const { intentExamplesAdd } = await world.query(world.admin, 'mutation($examples: [IntentExampleInput!]!) { intentExamplesAdd(input: { examples: $examples }) { userErrors { message } } }', { examples });
  assert.deepEqual(intentExamplesAdd.userErrors, []);
}

/** What the scenario taught is gone. */
async function emptied(world) {
  for (const intent of intents) {
    const { nodes } = (await world.query(world.admin, 'query($intent: String) { intentExamples(intent: $intent, first: 100) { nodes { id } } }', { intent })).intentExamples;
    for (const { id } of nodes) await world.query(world.admin, 'mutation($id: ID!) { intentExampleRemove(input: { intentExampleId: $id }) { userErrors { code } } }', { id });
  }
}

/** Says what the newest message of the person's newest conversation is about. */
async function correct(world, login, intent) {
  const { conversations } = await world.as(login, '{ conversations(view: MINE, first: 1) { nodes { id timeline(first: 50) { nodes { id kind actor { kind } } } } } }');
  const item = conversations.nodes[0].timeline.nodes.find(({ kind, actor }) => kind === 'message' && actor.kind === 'customer').id;
  assert.deepEqual((await world.as(login, 'mutation($input: IntentCorrectInput!) { intentCorrect(input: $input) { userErrors { message } } }', { input: { itemId: item, intent } })).intentCorrect.userErrors, []);
}

/** A checklist that is suggested in the person's newest conversation; the result takes out of use what was made for it. */
export async function suggestion(world, login, run) {
  await prepared(world, run);
  const input = { title: `Steps ${run}`, intents: [intents[0]], steps: [{ text: 'Look up the order' }] };
  const { checklistSave } = await world.query(world.admin, 'mutation($input: ChecklistSaveInput!) { checklistSave(input: $input) { checklist { id } userErrors { message } } }', { input });
  assert.deepEqual(checklistSave.userErrors, []);
  await correct(world, login, intents[0]);
  return async () => {
    await world.query(world.admin, 'mutation($id: ID!) { checklistArchive(input: { checklistId: $id }) { userErrors { message } } }', { id: checklistSave.checklist.id });
    await emptied(world);
  };
}

/** Written by keys: Enter begins the next step, arrows on the move buttons reorder. */
async function written(lead, { title, article, problems }) {
  await lead.waitForFunction(() => document.querySelector('main h2') && !document.querySelector('main .skeleton'));
  await looked(lead, 'steps-empty', problems);
  await lead.keyboard.press('n');
  await lead.waitForSelector('[data-sheet] input:focus');
  await lead.keyboard.type(title);
  await lead.getByLabel('Title in Chinese').fill('退款');
  await lead.keyboard.press('Control+s');
  await lead.getByText('Choose one at least.').waitFor();
  await lead.getByRole('checkbox', { name: 'refund request' }).check();
  await lead.locator('[data-line="0"] [data-text]').focus();
  for (const [n, text] of ['Tell them when it arrives', 'Look up the order', 'Ask for a photo of the damage'].entries()) {
    await lead.waitForSelector(`[data-line="${n}"] [data-text]:focus`);
    await lead.keyboard.type(text);
    if (n < 2) await lead.keyboard.press('Enter');
  }
  await lead.locator('[data-line="0"] [data-down]').focus();
  await lead.keyboard.press('ArrowDown');
  await lead.waitForSelector('[data-line="1"] [data-down]:focus');
  await lead.keyboard.press('ArrowDown');
  await lead.waitForSelector('[data-line="2"]:focus-within');
  const texts = await lead.locator('[data-line] [data-text]').evaluateAll((fields) => fields.map(({ value }) => value));
  assert.deepEqual(texts, ['Look up the order', 'Ask for a photo of the damage', 'Tell them when it arrives']);
  for (const n of [0, 2]) await lead.locator(`[data-line="${n}"] [data-required]`).check();
  await lead.locator('[data-line="1"] [data-article]').selectOption(article);
  await lead.locator('[data-line="0"]').getByPlaceholder('In Chinese').fill('查找订单');
  await looked(lead, 'steps-sheet', problems);
  await lead.keyboard.press('Control+s');
  await lead.waitForSelector('[data-sheet]', { state: 'detached' });
  await lead.waitForSelector(`[data-row]:focus:has-text("${title}")`);
}

/** The message is said to be about a refund: the steps are suggested, followed by a key, and ticked by Space. */
async function followed({ desk, world, run, title, problems }) {
  await world.generic(`+44794${run}7`, `Zoe ${run}`, 'The lamp came broken');
  await take(desk, `Zoe ${run}`);
  await desk.keyboard.press('Escape');
  await correct(world, awake()[0], intents[0]);
  await desk.locator('[data-suggested]').waitFor();
  await looked(desk, 'steps-suggested', problems);
  await desk.keyboard.press('i');
  await desk.waitForSelector('[data-suggested]', { state: 'detached' });
  await desk.getByText('Not suggested again here').waitFor();
  // Chosen by hand all the same.
  await desk.keyboard.press('f');
  await desk.waitForSelector('[role=dialog] [role=option]');
  await desk.keyboard.type('refund');
  await accessible(desk, 'steps, chosen by hand', problems);
  await desk.keyboard.press('Enter');
  await desk.waitForSelector('[data-tick="1"]:focus');
  await desk.keyboard.press('Space');
  await desk.getByText('1 of 3').waitFor();
  await desk.keyboard.press('ArrowDown');
  await desk.waitForSelector('[data-tick="2"]:focus');
  await desk.locator('[data-step="2"] [data-note]').press('Enter');
  await desk.waitForSelector('[data-remark]:focus');
  await desk.keyboard.type('photo came by mail');
  await desk.keyboard.press('Enter');
  await desk.locator('[data-step="2"]').getByText('photo came by mail').waitFor();
  await looked(desk, 'steps-followed', problems);
  await inChinese(desk, 'steps-followed', problems);
  const size = desk.viewportSize();
  await desk.setViewportSize({ width: 390, height: 844 });
  await accessible(desk, 'steps, on a phone', problems);
  await shoot(desk, 'steps-followed-390');
  assert.ok((await desk.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, 'too wide for a phone');
  await desk.setViewportSize(size);
  tell(`${title}: suggested, ignored, chosen by hand, ticked, remarked`);
}

/** The end names what is open, and asks why. */
async function ended(desk, problems) {
  await desk.keyboard.press('Escape');
  await desk.locator('body').press('e');
  await desk.waitForSelector('[role=dialog] input[type=radio]:focus');
  await desk.locator('[data-left="1"]').getByText('Tell them when it arrives').waitFor();
  await desk.keyboard.press('Enter');
  await desk.getByText('Do them first, or say why they stay open.').waitFor();
  await desk.waitForSelector('[data-reason]:focus');
  await looked(desk, 'steps-resolve', problems);
  await desk.locator('[data-reason]').fill('2 days: the customer knows');
  await desk.locator('[role=dialog] button.btn-main').press('Enter');
  await desk.waitForSelector('[role=dialog]', { state: 'detached' });
  tell('the end named the open step, and took a reason');
}

export async function steps({ chrome, url, world, run, problems }) {
  const [lead, desk] = [await page(chrome, problems), await page(chrome, problems)];
  const title = `Refunds ${run}`;
  const article = `Photos of damage ${run}`;
  await prepared(world, run);
  try {
    await articles(world, `Steps ${run}`, [{ audience: ['AGENT'], texts: [{ language: 'en', title: article, body: 'Ask for one of the whole, and one of the damage.' }] }]);
    await signIn(lead, `${url}/admin/steps`, 'sam');
    await written(lead, { title, article, problems });
    await looked(lead, 'steps-list', problems);
    await inChinese(lead, 'steps-list', problems);
    await signIn(desk, url, awake()[0]);
    await available(desk);
    await followed({ desk, world, run, title, problems });
    await desk.locator('[data-step="2"] [data-article]').press('Enter');
    await desk.getByRole('heading', { name: article }).waitFor();
    await desk.goBack();
    await desk.locator('[data-followed]').waitFor();
    await ended(desk, problems);
    await lead.reload();
    await lead.locator('[data-row]', { hasText: 'Followed 1, ignored 0, completed 0' }).press('Enter');
    await lead.locator('[data-archive=true]').press('Enter');
    await lead.getByRole('button', { name: 'Archive' }).last().press('Enter');
    await lead.locator('[data-row]', { hasText: title }).getByText('Archived', { exact: true }).waitFor();
    await lead.waitForSelector('[data-archived=true][aria-pressed=true]');
    await shoot(lead, 'steps-archived');
    tell('it was counted, and archived');
  } finally {
    await emptied(world);
  }
  for (const opened of [lead, desk]) await opened.context().close();
}
