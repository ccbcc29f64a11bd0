// What long days bring: the server is upgraded under an open page, and lists grow to ten thousand rows.
import assert from 'node:assert/strict';
import { available, awake, page, signIn, take, tell } from './setup.mjs';

/** A stale page says so, waits for consent, and loses no draft. */
export async function upgrade({ chrome, url, world, run, problems }) {
  const desk = await page(chrome, problems);
  await signIn(desk, url, awake()[0]);
  await available(desk);
  await world.generic(`+44770${run}61`, `Una ${run}`, 'Is this still the same page?');
  await take(desk, `Una ${run}`);
  await desk.keyboard.press('r');
  await desk.keyboard.type('Half an ans');
  const entry = `${url}/`;
  await desk.route(entry, async (route) => {
    if (route.request().resourceType() !== 'fetch') return route.continue();
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: (await answer.text()).replace(/\/assets\/index-[^"]+\.js/, '/assets/index-other.js') });
  });
  await desk.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  const said = desk.getByText('Meridian was upgraded.');
  await said.waitFor();
  tell('a stale page says so');
  assert.equal(await desk.locator('textarea').inputValue(), 'Half an ans', 'nothing is reloaded by itself');
  await desk.unroute(entry);
  await Promise.all([desk.waitForNavigation(), desk.getByRole('button', { name: 'Reload' }).press('Enter')]);
  await desk.waitForSelector('textarea');
  assert.equal(await desk.locator('textarea').inputValue(), 'Half an ans');
  assert.equal(await said.count(), 0);
  tell('it reloads on consent, the draft stands');
  await desk.context().close();
}

/** Milliseconds of the processor that the page has used since the call. */
async function processor(at) {
  const devtools = await at.context().newCDPSession(at);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const now = async () => (await devtools.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
  const before = await now();
  return async () => (await now()) - before;
}

const ROWS = 10_000;

/** Ten thousand rows: few of them in the page, all of them reached, frames on time. */
export async function many({ chrome, url, problems }) {
  const desk = await page(chrome, problems);
  await desk.route('**/graphql', async (route) => {
    if (!route.request().postData()?.includes('query Conversations(')) return route.continue();
    const at = (index) => new Date(Date.UTC(2026, 0, 1) - index * 60_000).toISOString();
    const nodes = Array.from({ length: ROWS }, (_, index) => ({
      __typename: 'Conversation',
      id: `cnv_${String(index).padStart(32, '0')}`,
      number: index,
      subject: `Question ${index}`,
      lifecycle: 'OPEN',
      owner: 'QUEUE',
      version: 1,
      seq: 1,
      queueId: null,
      createdAt: at(index),
      lastActivityAt: at(index),
      snoozedUntil: null,
      customer: null,
      assignee: null,
      sessions: [],
      timeline: { __typename: 'TimelineItemConnection', nodes: [] },
    }));
    const conversations = { __typename: 'ConversationConnection', nodes, pageInfo: { __typename: 'PageInfo', hasNextPage: false, endCursor: null } };
    await route.fulfill({ json: { data: { conversations } } });
  });
  await signIn(desk, url, 'sam');
  await desk.waitForSelector('[role=listitem]');
  const list = desk.getByRole('list', { name: 'Conversations' });
  await desk.waitForFunction((count) => document.querySelector('[aria-setsize]')?.getAttribute('aria-setsize') === String(count), ROWS);
  const inPage = await list.locator('[role=listitem]').count();
  assert.ok(inPage < 60, `${inPage} rows in the page`);
  const spent = await processor(desk);
  // A quick hand: nine thousand pixels a second.
  const frames = await list.evaluate(async (box) => {
    const times = [];
    await new Promise((done) => {
      let before = performance.now();
      const turn = (now) => {
        times.push(now - before);
        before = now;
        box.scrollTop += 150;
        if (times.length < 180) requestAnimationFrame(turn);
        else done();
      };
      requestAnimationFrame(turn);
    });
    return times.slice(1).sort((a, b) => a - b);
  });
  const busy = (await spent()) / frames.length;
  await list.evaluate((box) => (box.scrollTop = box.scrollHeight));
  await list.getByText(`Question ${ROWS - 1}`).waitFor();
  // Frames are late where others use the machine; what a frame costs is ours alone.
  assert.ok(busy < 16, `a frame takes ${busy.toFixed(1)} ms of the processor`);
  tell(`${ROWS} rows: ${inPage} in the page, ${busy.toFixed(1)} ms of the processor a frame, median frame ${frames[Math.floor(frames.length / 2)].toFixed(1)} ms`);
  await list.evaluate((box) => (box.scrollTop = 0));
  await desk.keyboard.press('j');
  await desk.keyboard.press('j');
  await desk.waitForSelector('[role=listitem] [aria-current=true]:has-text("Question 1")');
  await desk.context().close();
}
