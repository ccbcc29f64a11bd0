// How a lead steers: emergency plans, plans compared on past days, the red channel, and what queues and sites lend and close.
import assert from 'node:assert/strict';
import { accessible, looked, page, shoot, signIn, tell } from './setup.mjs';

/** Kept in the set-up, put in force with its name typed, seen, ended. */
async function emergency(lead, url, run, problems) {
  const name = `Storm ${run}`;
  await lead.goto(`${url}/admin/emergency/new`);
  await lead.waitForSelector('[data-sheet] input:focus');
  await lead.keyboard.type(name);
  await lead.getByLabel('Closed').check();
  await lead.keyboard.press('Control+s');
  await lead.waitForSelector('[data-sheet] textarea[aria-invalid=true]:focus');
  await lead.keyboard.type('A storm has closed our office. We answer from noon.');
  await looked(lead, 'emergency-sheet', problems);
  await lead.keyboard.press('Control+s');
  await lead.waitForSelector(`[data-row]:focus:has-text("${name}")`);
  tell('an emergency plan is kept; a closed queue must say so');
  await lead.goto(`${url}/floor`);
  await lead.getByRole('button', { name: 'Emergency', exact: true }).click();
  await lead.getByRole('radio', { name: new RegExp(name) }).check();
  await lead.locator('[name=confirm]').fill('Strom');
  await lead.keyboard.press('Enter');
  await lead.waitForSelector('[name=confirm][aria-invalid=true]');
  await looked(lead, 'emergency-dialog', problems);
  await lead.locator('[name=confirm]').fill(name);
  await lead.keyboard.press('Enter');
  const banner = lead.locator('[data-emergency]', { hasText: name });
  await banner.getByText('ends by itself at').waitFor();
  await looked(lead, 'emergency-floor', problems);
  await banner.getByRole('button', { name: 'End' }).click();
  await lead.waitForSelector('[role=dialog] [data-first]:focus');
  await lead.keyboard.press('Enter');
  await banner.waitFor({ state: 'detached' });
  await lead.getByRole('button', { name: 'Emergency', exact: true }).click();
  await lead.getByText(/^Earlier/).click();
  await lead.getByText('ended by you').first().waitFor();
  await lead.keyboard.press('Escape');
  tell('put in force with its name typed, seen on the floor, ended, remembered');
}

/** Somebody was answered in this queue. */
export async function answered(world, queue, run) {
  await world.generic(`+44778${run}1`, `Steered ${run}`, 'My invoice is wrong');
  const open = '{ conversations(view: OPEN, first: 100) { nodes { id customer { name } workItems { id queueId } } } }';
  const talk = await world.until('the work waits', async () => (await world.query(world.admin, open)).conversations.nodes.find((one) => one.customer?.name === `Steered ${run}` && one.workItems.length > 0));
  await world.query(world.admin, 'mutation($id: ID!) { workAssign(input: { workItemId: $id }) { userErrors { code } } }', { id: talk.workItems[0].id });
  await world.query(world.admin, 'mutation($id: ID!) { conversationResolve(input: { conversationId: $id, disposition: "solved" }) { userErrors { code } } }', { id: talk.id });
  assert.equal(talk.workItems[0].queueId, queue.id);
}

/** A draft against the plan in force, from the plan sheet; the comparison stands in the list, where two plans must differ. */
async function whatIf(lead, url, queue, problems) {
  await lead.goto(`${url}/admin/queues/${queue.id}/plan`);
  await lead.waitForSelector('[data-step="0"]');
  await lead.getByRole('button', { name: 'What if' }).click();
  await lead.waitForSelector('[role=dialog] [data-first]:focus');
  await looked(lead, 'whatif-dialog', problems);
  await lead.keyboard.press('Enter');
  await lead.waitForSelector('[role=dialog] [data-result=done]', { timeout: 30_000 });
  await lead.keyboard.press('Escape');
  await lead.waitForSelector('[role=dialog]', { state: 'detached' });
  tell('a draft was played on the last week');
  await lead.goto(`${url}/admin/whatif`);
  await lead.locator('[data-row]').first().press('Enter');
  await lead.waitForSelector('[data-sheet] [data-result=done]');
  assert.equal(await lead.locator('[data-result] table').first().locator('tbody tr').count(), 5);
  await looked(lead, 'whatif-sheet', problems);
  await lead.goto(`${url}/admin/whatif/new`);
  await lead.waitForSelector('[data-sheet] select:focus');
  await lead.getByLabel('Plan B').selectOption({ label: 'in force' });
  await lead.keyboard.press('Control+s');
  await lead.getByText('Choose two plans that differ').waitFor();
  tell('its figures stand in the list; a plan is not compared with itself');
}

/** A rule is refused where it is wrong, tried, published, and taken back. */
async function red(lead, url, run, problems) {
  await lead.goto(`${url}/admin/red`);
  await lead.locator('[data-add-rule]').click();
  await lead.waitForSelector('[data-rule] [data-name]:focus');
  const rule = lead.locator('[data-rule]').last();
  await lead.keyboard.type(`Press ${run}`);
  await lead.getByRole('button', { name: 'Try on the last day' }).click();
  await rule.getByText('It would apply to everybody').waitFor();
  await rule.getByLabel('Tags, any of them').fill(`press${run}`);
  await rule.getByLabel('Deputy').selectOption({ index: 1 });
  await lead.getByRole('button', { name: 'Try on the last day' }).click();
  await rule.getByText('name one').waitFor();
  await rule.getByLabel('First to').selectOption({ index: 2 });
  await lead.getByRole('button', { name: 'Try on the last day' }).click();
  await lead.waitForSelector('[data-trial]');
  await rule.getByText('would have applied to nothing').waitFor();
  await looked(lead, 'red', problems);
  await lead.getByLabel('Why, for the history').fill(`Reporters ${run}`);
  await lead.keyboard.press('Control+s');
  await lead.locator('[data-version]', { hasText: `Reporters ${run}` }).getByText('in force').waitFor();
  await lead.locator('[data-version]').last().getByRole('button').click();
  await lead.waitForSelector('[role=dialog]');
  await lead.keyboard.press('Tab');
  await lead.keyboard.press('Enter');
  await lead.locator('[data-version]', { hasText: 'Back to version' }).first().getByText('in force').waitFor();
  await lead.waitForFunction((text) => ![...document.querySelectorAll('[data-rule] [data-name]')].some((field) => field.value.includes(text)), run);
  tell('a red rule: refused at its field, tried on the last day, published, reverted');
}

const calendar = (run) => ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Authority//EN', ...[['20280101', `New Year ${run}`], ['20280501', `May Day ${run}`]].flatMap(([day, name], n) => ['BEGIN:VEVENT', `UID:${run}-${n}@authority.example`, 'DTSTAMP:20260101T000000Z', `DTSTART;VALUE=DATE:${day}`, `SUMMARY:${name}`, 'END:VEVENT']), 'END:VCALENDAR', ''].join('\r\n');

/** Somebody works for a partner, and no more. */
async function partner(lead, url, world) {
  const { agents } = await world.query(world.admin, '{ agents(first: 100) { nodes { id name } } }');
  const { id, name } = agents.nodes.find((one) => one.name === 'Clara Vogel');
  await lead.goto(`${url}/admin/people/${id}`);
  await lead.getByLabel('Works for an outsourced partner').check();
  await lead.getByLabel('Knowledge revision learned').fill('3');
  await lead.keyboard.press('Control+s');
  await lead.locator('[data-row]', { hasText: name }).getByText('Partner').waitFor();
  const set = 'mutation($input: AgentPartnerSetInput!) { agentPartnerSet(input: $input) { agent { outsourced knowledgeRevision } userErrors { code } } }';
  const { agent } = (await world.query(world.admin, set, { input: { agentId: id } })).agentPartnerSet;
  assert.deepEqual(agent, { outsourced: true, knowledgeRevision: 3 });
  await world.query(world.admin, set, { input: { agentId: id, outsourced: false, knowledgeRevision: 0 } });
  tell('somebody is marked as a partner, with what they have learned');
}

/** A queue lends to partners and goes, a site closes on the days of a file; what is in use says by what. */
export async function lend({ chrome, url, world, run, problems }) {
  const lead = await page(chrome, problems);
  await signIn(lead, url, 'ada');
  const { queues, sites } = await world.query(world.admin, '{ queues { id name } sites { id name } }');
  const used = queues.find((one) => one.name === 'Support') ?? queues[0];
  await lead.goto(`${url}/admin/queues/${used.id}`);
  await lead.locator('[data-sheet] footer').getByRole('button', { name: 'Remove' }).click();
  await lead.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await lead.getByText(/This queue is in use by .*: change those first/).waitFor();
  tell('a queue in use stays, and says what needs it');
  await lead.goto(`${url}/admin/queues/new`);
  await lead.waitForSelector('[data-sheet] input:focus');
  await lead.keyboard.type(`Lent ${run}`);
  await lead.getByLabel('Partners help under pressure').check();
  const closing = lead.locator('[data-overflow] fieldset').nth(1).getByLabel('Work waits');
  await closing.fill('10');
  await lead.keyboard.press('Control+s');
  await lead.waitForSelector('[data-overflow] [aria-invalid=true]:focus');
  await accessible(lead, 'overflow', problems);
  await lead.locator('[data-overflow]').scrollIntoViewIfNeeded();
  await shoot(lead, 'overflow');
  await closing.fill('4');
  await lead.locator('[data-add-lender]').click();
  await lead.keyboard.press('Control+s');
  await lead.waitForSelector('[data-lender] select[aria-invalid=true]:focus');
  const lender = lead.locator('[data-lender]').first();
  await lender.getByLabel('Queue that lends').selectOption(used.id);
  await lender.getByLabel('Work waits').last().fill('5');
  await lead.keyboard.press('Control+s');
  await lender.getByText('Must be less than what keeps its people').waitFor();
  await looked(lead, 'overflow-lenders', problems);
  await lender.getByLabel('Work waits').last().fill('1');
  await lead.keyboard.press('Control+s');
  const row = lead.locator('[data-row]', { hasText: `Lent ${run}` });
  await row.waitFor();
  await lead.waitForSelector('[data-sheet]', { state: 'detached' });
  await row.press('Enter');
  await lead.getByText('Partners are not asked now').waitFor();
  assert.equal(await closing.inputValue(), '4');
  assert.equal(await lender.getByLabel('Queue that lends').inputValue(), used.id);
  assert.equal(await lender.getByLabel('Work waits').last().inputValue(), '1');
  await lead.locator('[data-sheet] footer').getByRole('button', { name: 'Remove' }).click();
  await lead.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await row.waitFor({ state: 'detached' });
  tell('a rule of overflow is refused at its field and kept; an unused queue goes');
  await partner(lead, url, world);
  await lead.goto(`${url}/admin/sites/${sites[0].id}`);
  const file = lead.locator('[data-holidays] input[type=file]');
  await file.setInputFiles({ name: 'broken.ics', mimeType: 'text/calendar', buffer: Buffer.from('BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:nonsense\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n') });
  await lead.locator('[data-holidays] [role=alert]').getByText(/line \d/i).waitFor();
  await file.setInputFiles({ name: 'holidays.ics', mimeType: 'text/calendar', buffer: Buffer.from(calendar(run)) });
  await lead.locator('[data-change]', { hasText: `May Day ${run}` }).waitFor();
  await accessible(lead, 'holidays', problems);
  await lead.locator('[data-holidays]').scrollIntoViewIfNeeded();
  await shoot(lead, 'holidays');
  await lead.getByRole('button', { name: 'Keep 2 days' }).click();
  await lead.locator('[data-exception]', { hasText: `May Day ${run}` }).waitFor();
  tell('a broken file names its line; the days of a good one are shown, then kept');
  await lead.context().close();
}

export async function emergencies({ chrome, url, run, problems }) {
  const lead = await page(chrome, problems);
  await signIn(lead, url, 'ada');
  await emergency(lead, url, run, problems);
  await lead.context().close();
}

export async function steer({ chrome, url, world, run, problems }) {
  const lead = await page(chrome, problems);
  await signIn(lead, url, 'ada');
  const { queues } = await world.query(world.admin, '{ queues { id name } }');
  const queue = queues.find((one) => one.name === 'Support') ?? queues[0];
  await answered(world, queue, run);
  // Days are played up to the last whole minute: the one in which the work came must be over.
  const over = (Math.floor(Date.now() / 60_000) + 1) * 60_000 + 2000;
  await red(lead, url, run, problems);
  await world.until('its minute is over', () => Date.now() > over, 70_000);
  await whatIf(lead, url, queue, problems);
  await lead.context().close();
}

/** On the desk: a callback for who waits, work for later, attempts, the list, and taking back; by keys. */
export async function scheduled({ chrome, url, world, run, problems }) {
  const desk = await page(chrome, problems);
  await signIn(desk, url, 'sam');
  await world.generic(`+44779${run}1`, `Lupe ${run}`, 'Please ring me, I cannot wait.');
  const mine = '{ conversations(view: OPEN, first: 100) { nodes { id customer { name } workItems { id } } } }';
  const talk = await world.until('she waits', async () => (await world.as('sam', mine)).conversations.nodes.find((one) => one.customer?.name === `Lupe ${run}` && one.workItems.length > 0));
  await desk.goto(`${url}/inbox/open/${talk.id}`);
  await desk.waitForSelector('textarea');
  await desk.waitForSelector('aside[aria-label="Customer card"]');
  await desk.keyboard.press('d');
  await desk.waitForSelector('[role=dialog] [data-first]:focus');
  await desk.locator('[data-window]').check();
  await desk.getByLabel('Until', { exact: true }).fill('08:00');
  await desk.getByRole('button', { name: 'Ask for a callback' }).click();
  await desk.getByText('Give a day, and a later minute to end').waitFor();
  await looked(desk, 'later-callback', problems);
  await desk.getByRole('radio', { name: /As soon as may be/ }).check();
  await desk.getByLabel('What it is about').fill(`Her invoice ${run}`);
  await desk.getByRole('button', { name: 'Ask for a callback' }).click();
  const strip = desk.locator('[data-scheduled]', { hasText: `Her invoice ${run}` });
  await strip.waitFor();
  tell('a callback was asked for');
  await desk.keyboard.press('d');
  await desk.getByRole('radio', { name: /Work for later/ }).check();
  await looked(desk, 'later-task', problems);
  await desk.getByLabel('What it is about').fill(`Ring the bank ${run}`);
  await desk.locator('[role=dialog] select').first().selectOption({ label: 'Ana Duarte' });
  await desk.locator('[role=dialog] select').last().selectOption({ index: 1 });
  await desk.getByRole('button', { name: 'Schedule', exact: true }).click();
  const task = desk.locator('[data-scheduled]', { hasText: `Ring the bank ${run}` });
  await task.getByText('first to Ana Duarte').waitFor();
  const assign = 'mutation($id: ID!) { workAssign(input: { workItemId: $id }) { userErrors { code message } } }';
  await world.as('sam', assign, { id: talk.workItems[0].id });
  if (await strip.getByText('due now').count()) {
    await strip.getByRole('button', { name: 'Record an attempt' }).click();
    await desk.waitForSelector('[role=dialog] [data-first]:focus');
    await desk.keyboard.press('3');
    await looked(desk, 'attempt', problems);
    await desk.keyboard.press('Enter');
    await strip.getByText('attempts: 1 (Busy)').waitFor();
    tell('an attempt was recorded');
  }
  await looked(desk, 'scheduled-desk', problems);
  await desk.goto(`${url}/floor/scheduled`);
  const row = desk.locator('tr', { hasText: `Ring the bank ${run}` });
  await row.waitFor();
  await looked(desk, 'scheduled-list', problems);
  await row.getByRole('button', { name: 'Take back' }).click();
  await desk.waitForSelector('[role=dialog] [data-first]:focus');
  await desk.keyboard.press('Enter');
  await row.waitFor({ state: 'detached' });
  tell('what is scheduled is listed, and taken back');
  const cancel = 'mutation($id: ID!) { scheduledWorkCancel(input: { scheduledWorkId: $id }) { userErrors { code } } }';
  const open = '{ scheduledWork(first: 100) { nodes { id note } } }';
  for (const { id, note } of (await world.as('sam', open)).scheduledWork.nodes) if (note.includes(run)) await world.as('sam', cancel, { id });
  await world.as('sam', 'mutation($id: ID!) { conversationResolve(input: { conversationId: $id, disposition: "solved" }) { userErrors { code } } }', { id: talk.id });
  await desk.context().close();
}
