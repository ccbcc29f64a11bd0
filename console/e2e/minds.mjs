// What customers write about: examples, a model that is trained and used, a correction, and a rule that asks for it.
import assert from 'node:assert/strict';
import { rules } from './lead.mjs';
import { accessible, available, awake, looked, page, resolve, shoot, signIn, take, tell } from './setup.mjs';
import { inChinese } from './work.mjs';

const says = {
  refund: ['I want my money back', 'Please refund my order', 'Refund the kettle to my card', 'When do I get my money back', 'The refund has not come', 'Return the money please', 'I would like a refund', 'My refund is late', 'Can you refund me', 'Give me my money back', 'I was promised a refund', 'Refund this purchase'],
  track_order: ['Where is my parcel', 'Track my order', 'When will the delivery come', 'Has my parcel been sent', 'The delivery is late', 'Where is the courier', 'My parcel did not arrive', 'What is the status of my delivery', 'Is my order on its way', 'Tracking number please', 'When does my parcel arrive', 'The courier has not come'],
};

/** Every example there is, gone; no model in use. */
async function emptied(world) {
  await world.query(world.admin, 'mutation { intentModelRetire { userErrors { code } } }');
  for (;;) {
    const { nodes } = (await world.query(world.admin, '{ intentExamples(first: 100) { nodes { id } } }')).intentExamples;
    if (nodes.length === 0) return;
    for (const { id } of nodes) await world.query(world.admin, 'mutation($id: ID!) { intentExampleRemove(input: { intentExampleId: $id }) { userErrors { code } } }', { id });
  }
}

async function pasted(admin, run, problems) {
  await admin.keyboard.press('n');
  await admin.waitForSelector('[data-sheet] textarea:focus');
  const lines = Object.entries(says).flatMap(([intent, texts]) => texts.map((text) => `${intent}\t${text} ${run}`));
  await admin.locator('[data-sheet] textarea').fill([...lines, 'no intent in this'].join('\n'));
  await admin.getByText(`No intent and text in line ${lines.length + 1}`).waitFor();
  await admin.locator('[data-sheet] textarea').fill([...lines, lines[0]].join('\n'));
  await admin.locator(`[data-found="${lines.length}"]`).waitFor();
  await looked(admin, 'intents-paste', problems);
  await admin.keyboard.press('Control+s');
  await admin.waitForSelector('[data-sheet]', { state: 'detached' });
  await admin.locator('[data-row]', { hasText: 'track order' }).getByText('12 examples').waitFor();
  tell('examples were pasted, with what was wrong told by its line');
}

/** One more by hand, one there already left out, one removed and taken back. */
async function examples(admin, run, problems) {
  await admin.locator('[data-row]', { hasText: 'refund' }).press('Enter');
  await admin.locator('[data-example]').nth(11).waitFor();
  await admin.locator('[data-sheet] textarea').fill(`Money back, now ${run}\n${says.refund[0]} ${run}`);
  await admin.keyboard.press('Control+s');
  await admin.getByText('is an example of refund already').waitFor();
  await admin.locator('[data-skip]').press('Enter');
  await admin.locator('[data-example]', { hasText: `Money back, now ${run}` }).waitFor();
  await accessible(admin, 'examples of an intent', problems);
  await shoot(admin, 'intents-examples');
  const count = () => admin.locator('[data-example]').count();
  assert.equal(await count(), 13);
  await admin.locator('[data-example]', { hasText: `Money back, now ${run}` }).getByRole('button').press('Enter');
  await admin.getByRole('button', { name: 'Undo' }).press('Enter');
  await admin.waitForFunction(() => document.querySelectorAll('[data-example]').length === 13);
  await admin.keyboard.press('Escape');
  await admin.waitForSelector('[data-sheet]', { state: 'detached' });
  tell('one was added, one left out, one removed and taken back');
}

/** Trained, looked at, taken into use. */
async function trained(admin, problems) {
  const before = await admin.locator('[data-version]').count();
  assert.equal(before, 0);
  await admin.locator('[data-train]').press('Enter');
  await admin.locator('[data-models]').press('Enter');
  const newest = admin.locator('[data-version]').first();
  await admin.waitForFunction(() => ['trained', 'failed'].includes(document.querySelector('[data-version]')?.dataset.state), null, { timeout: 60_000 });
  assert.equal(await newest.getAttribute('data-state'), 'trained');
  await newest.locator('[data-accuracy]').waitFor();
  await newest.locator('summary').press('Enter');
  await newest.getByRole('rowheader', { name: 'track order' }).waitFor();
  await looked(admin, 'intents-versions', problems);
  await newest.locator('[data-use]').press('Enter');
  await admin.waitForFunction(() => document.querySelector('[data-version]')?.dataset.state === 'active');
  await inChinese(admin, 'intents-versions', problems);
  tell('a version was trained, its figures read, and taken into use');
}

/** A message is marked; the agent corrects it, and the example is there. */
async function corrected({ desk, world, run }) {
  await world.generic(`+44794${run}1`, `Xena ${run}`, 'Where could my parcel be by now');
  await take(desk, `Xena ${run}`);
  const about = desk.getByRole('combobox', { name: 'What it is about' }).first();
  await about.waitFor();
  await desk.waitForFunction(() => document.querySelector('[role=log] select')?.value === 'track_order');
  await shoot(desk, 'intent-said');
  await about.focus();
  await desk.waitForFunction(() => document.querySelector('[role=log] select option[value=refund]'));
  await about.selectOption('refund');
  await world.until('the correction is an example', async () => {
    const { nodes } = (await world.query(world.admin, '{ intentExamples(intent: "refund", first: 100) { nodes { text source } } }')).intentExamples;
    return nodes.some(({ text, source }) => text.startsWith('Where could my parcel be') && source === 'corrected');
  });
  await resolve(desk);
  tell('a message was marked with its intent, and corrected');
}

/** A rule for who is unhappy and asks for a refund, published and there again. */
async function ruled(admin, url, problems) {
  await admin.goto(`${url}/admin/red`);
  await admin.locator('[data-add-rule]').press('Enter');
  await admin.waitForSelector('[data-name]:focus');
  await admin.keyboard.type('Unhappy about money');
  await admin.locator('[data-mood]').selectOption({ label: 'unhappy, or worse' });
  await admin.locator('[data-intents] summary').press('Enter');
  await admin.getByRole('checkbox', { name: 'refund' }).check();
  await looked(admin, 'red-intents', problems);
  await admin.keyboard.press('Control+s');
  await admin.getByText('Version', { exact: false }).first().waitFor();
  await admin.locator('[data-version]').first().waitFor();
  await admin.reload();
  await admin.locator('[data-rule="0"]').waitFor();
  assert.equal(await admin.locator('[data-mood]').evaluate((field) => field.selectedOptions[0].textContent), 'unhappy, or worse');
  await admin.locator('[data-intents] summary', { hasText: '1' }).waitFor();
  tell('a rule asks for a mood and an intent');
}

export async function minds({ chrome, url, world, run, problems }) {
  const [admin, desk] = [await page(chrome, problems), await page(chrome, problems)];
  await emptied(world);
  try {
    await signIn(admin, `${url}/admin/intents`, 'ada');
    await admin.getByText('No intents yet').waitFor();
    await accessible(admin, 'no intents', problems);
    await shoot(admin, 'intents-empty');
    await pasted(admin, run, problems);
    await examples(admin, run, problems);
    await trained(admin, problems);
    await signIn(desk, url, awake()[0]);
    await available(desk);
    await corrected({ desk, world, run });
    await admin.goto(`${url}/admin/intents`);
    await admin.locator('[data-row]').first().waitFor();
    await inChinese(admin, 'intents', problems);
    await ruled(admin, url, problems);
  } finally {
    await world.query(world.admin, rules, { rules: [] });
    await emptied(world);
  }
  for (const opened of [admin, desk]) await opened.context().close();
}
