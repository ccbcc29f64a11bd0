// What leads do: the floor's alerts, who is who, routing plans, and customers from a table.
import assert from 'node:assert/strict';
import { accessible, page, shoot, signIn, tell } from './setup.mjs';

export const rules = 'mutation($rules: [RedRuleInput!]!) { redRulesPublish(input: { rules: $rules }) { userErrors { message } } }';

/** Somebody loud writes: the rule for `loud<run>` alarms the floor. */
export async function alarm(world, run, n) {
  await world.generic(`+44774${run}${n}`, `Vera ${run}${n}`, 'My card was used by somebody else.');
  const search = 'query($search: String!) { customers(search: $search) { id version } }';
  const find = async () => (await world.query(world.admin, search, { search: `Vera ${run}${n}` })).customers[0];
  const update = 'mutation($input: CustomerUpdateInput!) { customerUpdate(input: $input) { userErrors { code } } }';
  await world.until('the customer is loud', async () => {
    const found = await find();
    if (!found) return false;
    const input = { customerId: found.id, expectedVersion: found.version, tags: [`loud${run}`] };
    const { userErrors } = (await world.query(world.admin, update, { input })).customerUpdate;
    // Somebody who has just written may change meanwhile.
    assert.ok(userErrors.every(({ code }) => code === 'STALE_VERSION'), JSON.stringify(userErrors));
    return userErrors.length === 0;
  });
}

/** A rule of the red channel alarms the floor; the supervisor sees it, gives the work away and ends the alert, by keys. */
export async function alerts({ chrome, url, world, run, problems }) {
  const floor = await page(chrome, problems);
  await signIn(floor, url, 'sam');
  await floor.goto(`${url}/floor`);
  await floor.waitForSelector('table tbody tr [title], table tbody tr p');
  const name = `Loud customer ${run}`;
  await world.query(world.admin, rules, { rules: [{ name, alert: true, tags: [`loud${run}`] }] });
  try {
    await alarm(world, run, 1);
    const row = floor.locator('[data-alert]', { hasText: name });
    await row.waitFor();
    await accessible(floor, 'floor with alerts', problems);
    await shoot(floor, 'floor-alerts');
    await row.focus();
    await floor.keyboard.press('w');
    await floor.waitForSelector('[role=dialog] [role=option]');
    await accessible(floor, 'assign', problems);
    await shoot(floor, 'floor-assign');
    await floor.keyboard.press('Enter');
    await floor.waitForSelector('[role=dialog]', { state: 'detached' });
    const mine = '{ conversations(view: MINE, first: 100) { nodes { id customer { name } } } }';
    const { conversations } = await world.as('sam', mine);
    const taken = conversations.nodes.find((one) => one.customer?.name === `Vera ${run}1`);
    assert.ok(taken, 'the supervisor has the work that they took');
    tell('an alert came by itself; the supervisor pulled its work by keys');
    await row.focus();
    await floor.keyboard.press('a');
    await row.getByText('seen by').waitFor();
    // The focus went on to the next one that nobody has seen.
    await row.focus();
    await floor.keyboard.press('e');
    await row.waitFor({ state: 'detached' });
    await floor.getByRole('button', { name: 'Undo' }).press('Enter');
    await row.focus();
    await floor.keyboard.press('e');
    await row.waitFor({ state: 'detached' });
    const open = async () => (await world.as('sam', '{ alerts(first: 100) { text endedAt } }')).alerts.some(({ text, endedAt }) => !endedAt && text.includes(name));
    assert.ok(await open(), 'an end can be taken back for a moment');
    await world.until('the alert is ended', async () => !(await open()));
    tell('seen, ended by mistake and taken back, ended');
    await floor.goto(`${url}/knowledge`);
    await floor.waitForSelector('nav a[href="/floor"]');
    await floor.waitForTimeout(500);
    await alarm(world, run, 2);
    await floor.locator('[data-alarms]').waitFor({ timeout: 40_000 });
    await floor.getByText(name).waitFor();
    await accessible(floor, 'alert elsewhere', problems);
    await shoot(floor, 'alert-elsewhere');
    await floor.getByRole('button', { name: 'Open', exact: true }).press('Enter');
    await floor.waitForURL('**/floor');
    tell('an alert finds a supervisor who is at something else');
    const resolve = 'mutation($id: ID!) { conversationResolve(input: { conversationId: $id, disposition: "solved" }) { userErrors { code } } }';
    await world.as('sam', resolve, { id: taken.id });
  } finally {
    await world.query(world.admin, rules, { rules: [] });
  }
  await floor.getByText('takes over').first().waitFor();
  await floor.context().close();
}

/** Applies a table of customers as an admin does. */
export async function table(world, rows) {
  const answer = await fetch(`${world.base}/v1/imports?name=people.csv&region=GB`, { method: 'POST', body: rows.join('\n'), headers: { authorization: `Bearer ${world.admin}`, 'content-type': 'text/csv' } });
  assert.equal(answer.status, 201);
  const { id } = await answer.json();
  await world.query(world.admin, 'mutation($id: ID!) { customerImport(input: { runId: $id }) { userErrors { message } } }', { id });
}

/** A pair that looks alike is confirmed and taken back, refused and taken back, and refused for good, by keys and on the card. */
export async function review({ chrome, url, world, run, problems }) {
  const twins = (given, other, born) => [`${given},Quillfeather${run},${born},+44774${run}5,${given}${run}@example.net`, `${other},Quillfeather${run},${born},+44774${run}6,${given}${run}@example.net`];
  await table(world, ['given name,family name,birth date,phone,email', ...twins('Katherine', 'Catherine', '1981-03-04')]);
  const desk = await page(chrome, problems);
  await signIn(desk, url, 'sam');
  await choose(desk, url, `Quillfeather${run}`);
  await accessible(desk, 'review', problems);
  await shoot(desk, 'review');
  await desk.keyboard.press('y');
  await desk.getByText('Made one customer').waitFor();
  await desk.keyboard.press('u');
  await desk.getByText('Taken apart again').waitFor();
  tell('a pair was made one customer and taken apart again by keys');
  await resting(desk, url, world, run, problems);
  await candidate(desk, url, world, run, problems);
  await desk.context().close();
}

/** A pair becomes one customer, who is merged on: taking the first merge back names the later one, and takes both. */
async function resting(desk, url, world, run, problems) {
  const family = `Thistledown${run}`;
  const twins = ['Katharina', 'Catharina'].map((given, n) => `${given},${family},1983-07-08,+4477${n}${run}77,thistle${run}@example.net`);
  await table(world, ['given name,family name,birth date,phone,email', ...twins, `Solo,${family},,,solo${run}@example.net`]);
  await choose(desk, url, family);
  await desk.keyboard.press('y');
  await desk.getByText('Made one customer').last().waitFor();
  const search = 'query($search: String!) { customers(search: $search) { id name mergedIntoId } }';
  const found = async (name) => (await world.as('sam', search, { search: family })).customers.find((one) => !one.mergedIntoId && one.name.includes(name));
  const one = await world.until('the two are one', () => found('atharina'));
  const solo = await world.until('the third one is there', () => found('Solo'));
  const merge = 'mutation($input: CustomerMergeInput!) { customerMerge(input: $input) { userErrors { message } } }';
  assert.deepEqual((await world.as('sam', merge, { input: { fromId: one.id, intoId: solo.id, reason: 'She said so' } })).customerMerge.userErrors, []);
  const asked = desk.getByRole('dialog', { name: 'Later merges rest on this one' });
  await desk.keyboard.press('u');
  await asked.locator('[data-later]', { hasText: 'She said so' }).waitFor();
  await accessible(desk, 'later merges', problems);
  await shoot(desk, 'review-later');
  await asked.getByRole('button', { name: 'Cancel' }).press('Enter');
  await asked.waitFor({ state: 'detached' });
  await desk.keyboard.press('u');
  await asked.getByRole('button', { name: 'Take all 2 back' }).press('Enter');
  await asked.waitFor({ state: 'detached' });
  await desk.getByText('Taken apart again').last().waitFor();
  for (const name of ['Katharina', 'Catharina', 'Solo']) assert.ok(await found(name), `${name} is back`);
  tell('a merge that later ones rest on: named, left, then taken back with them');
}

/** Opens the review at a pair, which a worker may still have to find. */
async function choose(desk, url, family) {
  const pair = desk.locator('nav button', { hasText: family });
  for (let tries = 0; tries < 30; tries++) {
    await desk.goto(`${url}/admin/review`);
    await desk.locator('[data-pair], h2').last().waitFor();
    await desk.waitForTimeout(400);
    if (await pair.count()) break;
  }
  await pair.first().click();
}

/** On the card of a customer: two people after all, no, to be decided again, and two people. */
async function candidate(desk, url, world, run, problems) {
  const twins = ['Lena', 'Lina'].map((given, n) => `${given},Candlewick${run},1979-05-06,+44775${run}${n},candle${run}@example.net`);
  await table(world, ['given name,family name,birth date,phone,email', ...twins]);
  const search = 'query($search: String!) { customers(search: $search) { id name candidates { id } } }';
  const paired = async () => (await world.as('sam', search, { search: `Candlewick${run}` })).customers.find((one) => one.candidates.length > 0);
  const { id } = await world.until('the pair is found', paired, 30_000);
  await desk.goto(`${url}/customers/${id}`);
  const pair = desk.locator('section', { hasText: 'May be the same person' });
  await pair.getByRole('button', { name: 'Two people' }).press('Enter');
  await desk.getByText('They stay apart').waitFor();
  await pair.waitFor({ state: 'detached' });
  await desk.getByRole('button', { name: 'Take back' }).press('Enter');
  await desk.getByText('To be decided again').waitFor();
  await pair.getByRole('button', { name: 'Two people' }).waitFor();
  await accessible(desk, 'candidate on the card', problems);
  tell('a suggested pair was refused on the card, and that taken back');
  await pair.getByRole('button', { name: 'Two people' }).press('Enter');
  await pair.waitFor({ state: 'detached' });
  await desk.reload();
  await desk.locator('h2').first().waitFor();
  await desk.waitForTimeout(500);
  assert.equal(await pair.count(), 0, 'a refused pair does not come back by itself');
}

/** A plan is drafted, refused at its step, mended, tried, published and reverted. */
export async function plans({ chrome, url, world, problems }) {
  const desk = await page(chrome, problems);
  await signIn(desk, url, 'ada');
  const { queues } = await world.query(world.admin, '{ queues { id name } }');
  const queue = queues.find((one) => one.name === 'Billing') ?? queues[0];
  await desk.goto(`${url}/admin/queues/${queue.id}`);
  await desk.getByText('Routing plan').click();
  await desk.waitForSelector('[data-step="0"]');
  const steps = await desk.locator('[data-step]').count();
  await desk.getByText('Add a step').click();
  await desk.locator(`[data-step="${steps - 1}"] input[type=number]`).first().fill('0');
  await desk.getByText('Try the draft').click();
  await desk.waitForSelector(`[data-step="${steps - 1}"] [aria-invalid=true]`);
  tell('what cannot work is shown at its step and field');
  await desk.locator(`[data-step="${steps}"] [title^="Remove"]`).click();
  await desk.getByText('Try the draft').click();
  await desk.waitForSelector('[data-trial="0"]');
  await accessible(desk, 'routing plan', problems);
  await shoot(desk, 'plan');
  await desk.locator('[data-step="0"] input[type=number]').first().fill('45');
  await desk.getByLabel('Why, for the history').fill('A quicker first step');
  await desk.keyboard.press('Control+s');
  await desk.locator('li', { hasText: 'A quicker first step' }).getByText('in force').waitFor();
  const earlier = desk.getByRole('button', { name: 'Revert to it' });
  await earlier.last().click();
  await desk.locator('li', { hasText: 'Back to version' }).getByText('in force').waitFor();
  tell('tried, published with a note, reverted');
  await desk.locator('[data-shadow] select').selectOption('0');
  await desk.locator('[data-start-shadow]').press('Enter');
  await desk.waitForSelector('[data-shadow=true] [data-plan]');
  await desk.locator('[data-shadow]').scrollIntoViewIfNeeded();
  await accessible(desk, 'a plan in shadow', problems);
  await shoot(desk, 'plan-shadow');
  await desk.locator('[data-stop-shadow]').press('Enter');
  await desk.waitForSelector('[data-shadow=false] [data-plan]');
  tell('a plan stood in shadow for a while');
  await desk.keyboard.press('Control+k');
  await desk.waitForSelector('[role=dialog] input');
  await desk.keyboard.type('language');
  await desk.keyboard.press('Enter');
  await desk.waitForSelector('html[lang=zh-CN]');
  await desk.goto(`${url}/admin/queues/${queue.id}/plan`);
  await desk.waitForSelector('[data-step="0"]');
  await desk.locator('[data-step="0"] input[type=number]').first().fill('0');
  await desk.locator('[data-sheet] footer button').first().click();
  await desk.getByText('时长为 0 秒，永远不会生效').first().waitFor();
  tell('and in Chinese the server’s refusal is Chinese');
  await desk.context().close();
}

/** A table is looked at, with what is refused by line, and applied. */
export async function imports({ chrome, url, run, problems }) {
  const desk = await page(chrome, problems);
  await signIn(desk, url, 'sam');
  await desk.goto(`${url}/admin/import`);
  await desk.getByText('Choose a table').waitFor();
  const rows = ['name,email', `Osric ${run},osric${run}@example.net`, 'Nobody At All,', `Petra ${run},petra${run}@example.net`];
  await desk.locator('input[type=file]').setInputFiles({ name: `old-${run}.csv`, mimeType: 'text/csv', buffer: Buffer.from(rows.join('\n')) });
  await desk.waitForSelector('[data-run=preview]');
  await desk.getByText('2 customers would be made').waitFor();
  await desk.waitForSelector('td:text-is("3")');
  await accessible(desk, 'import', problems);
  await desk.emulateMedia({ colorScheme: 'dark' });
  await shoot(desk, 'import-dark');
  await desk.getByRole('button', { name: 'Apply' }).click();
  await desk.waitForSelector('[data-run=done]');
  await desk.getByText('2 customers made').waitFor();
  tell('a table was looked at and applied');
  await desk.context().close();
}
