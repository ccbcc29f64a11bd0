// Codes of work, how it goes together in one person's hands, and colleagues who are asked.
import assert from 'node:assert/strict';
import { command } from './others.mjs';
import { accessible, available, awake, looked, page, resolve, said, send, shoot, signIn, take, tell } from './setup.mjs';

/** The same page in Chinese. */
export async function inChinese(at, name, problems) {
  await command(at, 'language');
  await at.waitForSelector('html[lang=zh-CN]');
  await accessible(at, `${name}, zh`, problems);
  await shoot(at, `${name}-zh`);
  await command(at, 'language');
  await at.waitForSelector('html[lang=en]');
}

/** What earlier scenarios or this one left of codes is out of use. */
async function retired(world) {
  const { workCodes } = await world.query(world.admin, '{ workCodes { id kind name } }');
  const save = 'mutation($input: WorkCodeSaveInput!) { workCodeSave(input: $input) { userErrors { message } } }';
  for (const { id, kind, name } of workCodes) await world.query(world.admin, save, { input: { workCodeId: id, kind, name, active: false } });
}

async function addCode(admin, name, kind) {
  await admin.keyboard.press('n');
  await admin.waitForSelector('[data-sheet] input:focus');
  await admin.keyboard.type(name);
  await admin.getByRole('radio', { name: kind }).check();
  await admin.keyboard.press('Control+s');
  await admin.waitForSelector('[data-sheet]', { state: 'detached' });
  await admin.waitForSelector(`[data-row]:focus:has-text("${name}")`);
}

/** Whether a queue asks for a reason, by its sheet. */
async function asks(admin, url, queue) {
  await admin.goto(`${url}/admin/queues`);
  await admin.locator('[data-row]', { hasText: queue }).press('Enter');
  await admin.getByRole('checkbox', { name: 'A reason must be chosen to decline' }).press('Space');
  await admin.keyboard.press('Control+s');
  await admin.waitForSelector('[data-sheet]', { state: 'detached' });
}

/** An admin makes codes; agents decline and resolve by them; one is taken out of use. */
export async function codes({ chrome, url, world, run, problems }) {
  const [admin, desk] = [await page(chrome, problems), await page(chrome, problems)];
  const [outcome, reason, other] = [`Refund ${run}`, `Not my field ${run}`, `At lunch ${run}`];
  await retired(world);
  await signIn(admin, `${url}/admin/codes`, 'ada');
  await admin.waitForFunction(() => document.querySelector('main h2') && !document.querySelector('main .skeleton'));
  let asked = false;
  try {
    await addCode(admin, outcome, 'Outcome of work');
    await addCode(admin, reason, 'Reason to decline');
    await addCode(admin, other, 'Reason to decline');
    await admin.locator('[data-row]', { hasText: reason }).press('Enter');
    await admin.waitForSelector('[data-sheet] input:focus');
    await admin.getByLabel('Name in Chinese').fill(`不熟悉 ${run}`);
    await looked(admin, 'codes', problems);
    await admin.keyboard.press('Control+s');
    await admin.waitForSelector('[data-sheet]', { state: 'detached' });
    await asks(admin, url, 'Support');
    asked = true;
    tell('codes were made, and the queue asks for a reason');
    // What others left would be offered first.
    await world.clear();
    await signIn(desk, url, awake()[0]);
    await available(desk);
    await world.generic(`+44791${run}1`, `Uma ${run}`, 'My lamp hums');
    await desk.locator('[data-offer]', { hasText: `Uma ${run}` }).waitFor();
    await desk.keyboard.press('x');
    await desk.waitForSelector('[role=menu] [role=menuitem]:focus');
    assert.equal(await desk.locator('[role=menu] [role=menuitem]').count(), 2, 'the reasons, and no way without one');
    // An offer stands for seconds: one look.
    await accessible(desk, 'decline', problems);
    await shoot(desk, 'decline');
    await desk.keyboard.type('not');
    await desk.waitForSelector(`[role=menuitem]:focus:has-text("${reason}")`);
    await desk.keyboard.press('Enter');
    await desk.locator('[data-offer]', { hasText: `Uma ${run}` }).waitFor({ state: 'detached' });
    const told = '{ conversations(view: OPEN, first: 30) { nodes { customer { name } workItems { decisions { declinedReason declineCodeId } } } } }';
    await world.until('the reason is recorded', async () => {
      const { nodes } = (await world.query(world.admin, told)).conversations;
      return JSON.stringify(nodes.filter(({ customer }) => customer?.name === `Uma ${run}`)).includes(reason);
    });
    tell('an offer was declined with a reason, by keys');
    await world.clear();
    await world.generic(`+44791${run}2`, `Vera ${run}`, 'I want my money back');
    await take(desk, `Vera ${run}`);
    await desk.keyboard.press('Escape');
    await desk.keyboard.press('e');
    await desk.locator('[role=dialog]').getByText(outcome).waitFor();
    await desk.keyboard.press('Escape');
    await desk.waitForSelector('[role=dialog]', { state: 'detached' });
    await resolve(desk);
    tell('and a conversation resolved with an outcome of the tenant');
    await admin.goto(`${url}/admin/codes`);
    await admin.locator('[data-row]', { hasText: other }).press('Enter');
    await admin.locator('[data-use=false]').press('Enter');
    await admin.locator('[role=dialog]').getByRole('button', { name: 'Take out of use' }).press('Enter');
    await admin.locator('[data-row]', { hasText: other }).getByText('Out of use').waitFor();
    await inChinese(admin, 'codes-list', problems);
    tell('one was taken out of use');
  } finally {
    if (asked) await asks(admin, url, 'Support');
    await retired(world);
  }
  for (const opened of [admin, desk]) await opened.context().close();
}

const policy = 'mutation($input: CapacityPolicySaveInput!) { capacityPolicySave(input: $input) { userErrors { message } } }';

/** Weights, a total, and what may come on top of what: saved as one, refused where it stands, and back as it came. */
export async function capacity({ chrome, url, world, problems }) {
  const admin = await page(chrome, problems);
  await signIn(admin, `${url}/admin/capacity`, 'ada');
  const calls = admin.getByRole('spinbutton', { name: 'Calls: units that a piece takes' });
  const total = admin.getByLabel('Most in one person’s hands, units');
  try {
    await calls.fill('4');
    await total.fill('3');
    await admin.keyboard.press('Control+s');
    await admin.getByText('It has no room for one piece of Calls').waitFor();
    await admin.waitForSelector('input[aria-invalid=true]:focus');
    await total.fill('8');
    await admin.locator('[data-class=VOICE]').getByText('at most 2').waitFor();
    await admin.getByRole('checkbox', { name: 'Chats, while somebody has Calls' }).press('Space');
    await admin.getByLabel('Who is finishing still takes, percent').fill('50');
    await looked(admin, 'capacity-set', problems);
    await admin.keyboard.press('Control+s');
    await admin.getByText('Capacity saved').waitFor();
    const { capacityPolicy } = await world.query(world.admin, '{ capacityPolicy { total finishingPercent weights { class weight } interrupts { class over } } }');
    assert.deepEqual(capacityPolicy, { total: 8, finishingPercent: 50, weights: [{ class: 'VOICE', weight: 4 }], interrupts: [{ class: 'CHAT', over: ['MESSAGING', 'MAIL'] }] });
    await admin.reload();
    await admin.waitForFunction(() => document.querySelector('[data-class=VOICE] input')?.value === '4');
    await inChinese(admin, 'capacity-set', problems);
    await admin.getByRole('button', { name: 'As it comes' }).press('Enter');
    await admin.locator('[data-save]').press('Enter');
    await admin.getByText('Capacity saved').first().waitFor();
    await world.until('it is as it came', async () => (await world.query(world.admin, '{ capacityPolicy { total weights { class } } }')).capacityPolicy.total === 0);
    tell('how work goes together was said, and taken back');
  } finally {
    await world.query(world.admin, policy, { input: {} });
  }
  await admin.context().close();
}

/** Asks a colleague by keys; they answer with a note and are done. The work is passed to them, and comes back. */
export async function consult({ chrome, url, world, run, problems }) {
  const [first, second] = awake();
  const name = async (login) => (await world.as(login, '{ viewer { agent { name } } }')).viewer.agent.name;
  const [mine, theirs, customer] = [await name(first), await name(second), `Wanda ${run}`];
  const [desk, other] = [await page(chrome, problems), await page(chrome, problems)];
  await signIn(desk, url, first);
  await signIn(other, url, second);
  await other.waitForSelector('nav [data-state-of-me]');
  await available(desk);
  await world.generic(`+44792${run}1`, customer, 'The new kettle leaks as well');
  await take(desk, customer);
  await desk.waitForSelector('[data-resolve]');
  await desk.keyboard.press('Escape');
  await desk.keyboard.press('c');
  await desk.waitForSelector('[role=dialog] input:focus');
  await desk.waitForSelector(`[role=dialog] [role=option]:has-text("${theirs}")`);
  await desk.keyboard.type(theirs.split(' ')[0]);
  await desk.keyboard.press('Enter');
  await desk.waitForSelector('[role=dialog] textarea:focus');
  await desk.keyboard.type(`Is this a bug of the batch? ${run}`);
  await looked(desk, 'consult', problems);
  await desk.keyboard.press('Control+Enter');
  await desk.waitForSelector('[role=dialog]', { state: 'detached' });
  await desk.locator('[data-consult]').getByText(`${theirs} is asked`).waitFor();
  await desk.getByText(`You asked ${theirs} for advice`).first().waitFor();
  tell('a colleague was asked, by keys');
  await other.getByText(`${mine} asks you about ${customer}`).waitFor();
  await other.locator('[data-consults]').waitFor();
  await other.getByRole('button', { name: 'Open', exact: true }).press('Enter');
  await other.waitForURL('**/inbox/consulted/cnv_*');
  await other.locator('[data-consult]').getByText(`Is this a bug of the batch? ${run}`).waitFor();
  await other.locator('[role=listitem]', { hasText: customer }).waitFor();
  await looked(other, 'consulted', problems);
  await send(other, 'n', `Yes, send another one ${run}`);
  await said(desk, `Yes, send another one ${run}`).waitFor();
  await other.keyboard.press('Escape');
  await other.locator('[data-end-consult]').press('Enter');
  for (const at of [desk, other]) await at.locator('[data-consult]').waitFor({ state: 'detached' });
  await other.locator('[role=listitem]', { hasText: customer }).waitFor({ state: 'detached' });
  await desk.getByText(`${theirs} ended the consult`).waitFor();
  tell('they were told at once, answered with a note, and are done');
  await other.keyboard.press('g');
  await other.keyboard.press('i');
  await available(other);
  await passed(desk, theirs);
  await take(other, customer);
  await other.waitForSelector('[data-resolve]');
  await other.keyboard.press('Escape');
  await other.getByText('transferred the conversation to You').first().waitFor();
  await passed(other, null, `Back to ${mine}`);
  await take(desk, customer);
  await desk.waitForSelector('[data-resolve]');
  tell('passed on to them, and given back');
  await toSite(desk, world, problems);
  for (const opened of [desk, other]) await opened.context().close();
}

/** Passes on what is open: to a colleague by name, or to what stands first in the list. */
async function passed(at, who, first) {
  await at.keyboard.press('Escape');
  await at.keyboard.press('t');
  await at.waitForSelector('[role=dialog] input:focus');
  await at.waitForSelector(`[role=dialog] [role=option]:has-text("${who ?? first}")`);
  if (who) await at.keyboard.type(who.split(' ')[0]);
  else assert.equal((await at.locator('[role=option]').first().textContent()).trim(), first);
  await at.keyboard.press('Enter');
  await at.waitForSelector('[role=dialog] textarea:focus');
  await at.keyboard.press('Control+Enter');
  await at.waitForSelector('[role=dialog]', { state: 'detached' });
}

/** To the people of a site, whether it sleeps or not; then nobody waits there any more. */
async function toSite(desk, world, problems) {
  const id = await desk.locator('[data-resolve]').getAttribute('data-resolve');
  const { sites } = (await world.as('ada', '{ transferTargets { sites { name opensAt openUntil } } }')).transferTargets;
  const site = sites.find(({ opensAt }) => opensAt) ?? sites[0];
  await desk.keyboard.press('Escape');
  await desk.keyboard.press('t');
  await desk.waitForSelector('[role=dialog] input:focus');
  await desk.waitForSelector(`[role=dialog] [role=option]:has-text("${site.name}")`);
  await desk.keyboard.type(site.name);
  await desk.waitForSelector(`[role=dialog] [role=option][aria-selected=true]:has-text("${site.name}")`);
  await shoot(desk, 'transfer-sites');
  await desk.keyboard.press('Enter');
  await desk.waitForSelector('[role=dialog] textarea:focus');
  if (site.opensAt) await desk.waitForSelector('[data-asleep]');
  else await desk.getByText('Keep it for them').waitFor();
  await looked(desk, 'transfer-site', problems);
  await desk.keyboard.press('Control+Enter');
  await desk.waitForSelector('[role=dialog]', { state: 'detached' });
  await desk.getByText(`Transferred to ${site.name}`).waitFor();
  const work = 'query($id: ID!) { conversation(id: $id) { workItems { id state } timeline(first: 5) { nodes { body } } } }';
  const { conversation } = await world.query(world.admin, work, { id });
  assert.ok(conversation.timeline.nodes.some(({ body }) => body?.type === 'transferred' && body.site), 'it went to the site');
  const item = conversation.workItems.find(({ state }) => ['queued', 'offered'].includes(state));
  if (item) await world.query(world.admin, 'mutation($id: ID!) { workAssign(input: { workItemId: $id }) { userErrors { code } } }', { id: item.id });
  await world.query(world.admin, 'mutation($id: ID!) { conversationResolve(input: { conversationId: $id, disposition: "solved" }) { userErrors { code } } }', { id });
  tell(`passed on to the people of ${site.name}, ${site.opensAt ? 'which sleeps' : 'which is open'}`);
}

/** A verifier is registered, refused where it stands, and switched off. */
export async function verifiers({ chrome, url, run, problems }) {
  const admin = await page(chrome, problems);
  await signIn(admin, `${url}/admin/verifiers`, 'ada');
  await admin.waitForFunction(() => document.querySelector('main h2') && !document.querySelector('main .skeleton'));
  await admin.keyboard.press('n');
  await admin.waitForSelector('[data-sheet] input:focus');
  await admin.keyboard.type(`Passport desk ${run}`);
  await admin.getByLabel('Fails below').fill('0.9');
  await admin.keyboard.press('Control+s');
  await admin.getByText('From 0 to the score that passes').waitFor();
  await admin.waitForSelector('[data-sheet] [aria-invalid=true]:focus');
  await admin.keyboard.press('Control+a');
  await admin.keyboard.type('0.3');
  await looked(admin, 'verifier', problems);
  await admin.keyboard.press('Control+s');
  await admin.waitForSelector('[data-sheet]', { state: 'detached' });
  await admin.waitForSelector(`[data-row]:focus:has-text("Passport desk ${run}")`);
  await admin.keyboard.press('Enter');
  await admin.waitForFunction(() => document.querySelector('[data-sheet] input[readonly]')?.value.startsWith('ver_'));
  await admin.locator('[data-use=false]').press('Enter');
  await admin.locator('[role=dialog]').getByRole('button', { name: 'Switch off' }).press('Enter');
  await admin.locator('[data-row]', { hasText: `Passport desk ${run}` }).getByText('Switched off').waitFor();
  await inChinese(admin, 'verifiers', problems);
  tell('a verifier was registered and switched off');
  await admin.context().close();
}

/** Under a decision, a supervisor asks why somebody else did not get the work. */
export async function whyNot({ chrome, url, world, run, problems }) {
  const [first, second] = awake();
  const theirs = (await world.as(second, '{ viewer { agent { name } } }')).viewer.agent.name;
  const [desk, floor] = [await page(chrome, problems), await page(chrome, problems)];
  await signIn(desk, url, first);
  await available(desk);
  await world.generic(`+44795${run}1`, `Yago ${run}`, 'Where is my lamp');
  await take(desk, `Yago ${run}`);
  const id = await desk.locator('[data-resolve]').getAttribute('data-resolve');
  await signIn(floor, `${url}/inbox/open/${id}`, 'sam');
  await floor.locator('details summary', { hasText: 'Why this agent' }).first().press('Enter');
  await floor.locator('[data-whynot] option', { hasText: theirs }).waitFor({ state: 'attached' });
  await floor.locator('[data-whynot] select').selectOption({ label: theirs });
  await floor.locator('[data-verdict=EXCLUDED]').getByText('was not available').waitFor();
  await looked(floor, 'why-not', problems);
  await inChinese(floor, 'why-not', problems);
  await floor.goto(`${url}/floor`);
  const name = (await world.as(first, '{ viewer { agent { name } } }')).viewer.agent.name;
  await floor.locator('[data-agent]', { hasText: name }).press('Enter');
  await floor.locator('[data-hands] a', { hasText: `Yago ${run}` }).waitFor();
  await looked(floor, 'floor-agent', problems);
  await floor.keyboard.press('Escape');
  // Nobody is there to take the next one: it waits.
  await world.tidy();
  await world.generic(`+44795${run}2`, `Yvo ${run}`, 'And where is my chair');
  const waits = async () => (await world.as('sam', '{ conversations(view: OPEN, first: 100) { nodes { id customer { name } workItems { id state } } } }')).conversations.nodes.find((one) => one.customer?.name === `Yvo ${run}` && one.workItems.some(({ state }) => state === 'queued'));
  const other = await world.until('it waits', waits);
  await floor.locator('[data-agent]', { hasText: theirs }).press('Enter');
  await floor.locator('[data-waiting] option', { hasText: `Yvo ${run}` }).waitFor({ state: 'attached' });
  await floor.locator('[data-waiting]').selectOption(other.workItems[0].id);
  await floor.locator('[data-verdict]').waitFor();
  await looked(floor, 'floor-why-not', problems);
  await floor.keyboard.press('Escape');
  await world.as('sam', 'mutation($id: ID!) { workAssign(input: { workItemId: $id }) { userErrors { code } } }', { id: other.workItems[0].id });
  await world.as('sam', 'mutation($id: ID!) { conversationResolve(input: { conversationId: $id, disposition: "solved" }) { userErrors { code } } }', { id: other.id });
  tell('why somebody did not get the work was asked and told');
  for (const opened of [desk, floor]) await opened.context().close();
}
