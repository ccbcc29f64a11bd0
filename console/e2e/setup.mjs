// Shared by the end-to-end scenarios: a browser, pages that report what breaks in them, and the ways of an agent.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

export const base = (process.env.BASE_URL ?? 'http://127.0.0.1:8080').replace(/\/$/, '');
export const shots = process.env.SHOTS ?? new URL('out', import.meta.url).pathname;
mkdirSync(shots, { recursive: true });
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const started = Date.now();

export function tell(text) {
  console.log(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}`);
}

/** Demands the console of Meridian itself, so that what is tried is what is served. */
export async function served() {
  const answer = await fetch(`${base}/`, { headers: { accept: 'text/html' } });
  if (!answer.ok || !(await answer.text()).includes('id="app"')) throw new Error(`${base} serves no console: npm run build in console/, then cargo build`);
}

export async function browser() {
  const paths = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-headless-shell', '/usr/bin/google-chrome'];
  const executablePath = paths.find((path) => path && existsSync(path));
  if (!executablePath) throw new Error('no Chromium: apt-get install chromium fonts-wqy-microhei, or set CHROMIUM');
  const quiet = ['background-networking', 'component-update', 'sync', 'quic', 'gpu'].map((name) => `--disable-${name}`);
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--no-first-run', ...quiet] });
}

/** A page in a context of its own that reports what breaks in it. */
export async function page(from, problems, options = {}) {
  const context = await from.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', colorScheme: 'light', reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(20_000);
  const opened = await context.newPage();
  opened.on('pageerror', (error) => problems.push(`page error: ${error.stack ?? error.message}`));
  opened.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' && !/Failed to load resource|WebSocket connection/.test(text)) problems.push(`console: ${text}`);
  });
  return opened;
}

/** Agents of the demo whose site is awake now; the first is the one who works. */
export function awake() {
  const hour = (timeZone) => Number(new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', hour12: false }).format(new Date())) % 24;
  const london = hour('Europe/London');
  return london >= 8 && london < 20 ? ['ana', 'ben'] : ['mei', 'ravi'];
}

export const password = 'meridian-demo-1';

/** Signs in by keyboard. Ten tries a minute is what the server allows one login; then it is waited out. */
export async function signIn(at, url, login, { workspace = 'demo', secret = password } = {}) {
  await at.goto(url);
  await at.waitForSelector('[name=workspace]:focus');
  for (const text of [workspace, `${login}@${workspace}.example`, secret]) {
    await at.keyboard.type(text);
    await at.keyboard.press(text === secret ? 'Enter' : 'Tab');
  }
  for (let waited = 0; waited < 70; waited += 5) {
    await at.waitForSelector('nav, [role=alert]');
    if (await at.locator('nav').count()) return;
    if (!(await at.getByText('Too many attempts').count())) throw new Error(`sign-in of ${login} refused`);
    await at.waitForTimeout(5000);
    await at.locator('[name=password]').fill(secret);
    await at.locator('[name=password]').press('Enter');
    await at.waitForTimeout(1000);
  }
  throw new Error(`sign-in of ${login} metered for too long`);
}

export async function available(desk) {
  await desk.waitForSelector('nav [data-state-of-me]');
  await desk.keyboard.press('p');
  await desk.keyboard.press('a');
  await desk.waitForSelector('nav [data-state-of-me=AVAILABLE]');
}

/** Takes offers by Enter until the one that says `name` is on the desk; what else comes is finished on the way. */
export async function take(desk, name) {
  for (let turn = 0; turn < 20; turn++) {
    const offer = desk.locator('[data-offer]').first();
    await offer.waitFor();
    // What it is about may come a moment after the offer.
    await desk.locator('[data-offer]', { hasText: name }).first().waitFor({ timeout: 1500 }).catch(() => undefined);
    const wanted = (await offer.textContent())?.includes(name);
    const it = desk.locator(`[data-offer="${await offer.getAttribute('data-offer')}"]`);
    // While another one is being accepted Enter takes none.
    for (let tries = 0; tries < 40 && (await it.count()) > 0; tries++) {
      await desk.keyboard.press('Enter');
      await desk.waitForTimeout(250);
    }
    await desk.waitForSelector('textarea');
    if (wanted) return;
    await resolve(desk);
  }
  throw new Error(`no offer of ${name}`);
}

export async function resolve(desk) {
  await desk.keyboard.press('Escape');
  const id = await desk.locator('[data-resolve]').getAttribute('data-resolve');
  await desk.keyboard.press('e');
  await desk.waitForSelector('[role=dialog] input[type=radio]:focus');
  await desk.keyboard.press('2');
  await desk.keyboard.press('Enter');
  await desk.waitForSelector('[role=dialog]', { state: 'detached' });
  await desk.waitForSelector(`[data-resolve=${id}]`, { state: 'detached' });
}

export async function send(desk, key, text) {
  await desk.keyboard.press('Escape');
  await desk.keyboard.press(key);
  await desk.keyboard.type(text);
  await desk.keyboard.press('Control+Enter');
}

/** How often the log says exactly this. */
export const said = (desk, text) => desk.locator('[role=log] p', { hasText: text }).and(desk.getByText(text, { exact: true }));

export async function shoot(at, name) {
  // What moves has come to rest.
  await at.waitForTimeout(250);
  await at.screenshot({ path: `${shots}/${name}.png` });
}

/** Light, then dark: looked at by axe, and kept as pictures. */
export async function looked(at, name, problems) {
  await accessible(at, name, problems);
  await shoot(at, name);
  await at.emulateMedia({ colorScheme: 'dark' });
  await accessible(at, `${name}, dark`, problems, 'color-contrast');
  await shoot(at, `${name}-dark`);
  await at.emulateMedia({ colorScheme: 'light' });
}

/** What axe finds wrong with a page or frame as it stands: all of it, or with one rule of its. */
export async function accessible(at, name, problems, rule) {
  await at.waitForTimeout(250);
  await at.evaluate(axe);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const { violations } = await at.evaluate((values) => globalThis.axe.run(document, { runOnly: values }), rule ? [rule] : tags);
  for (const { id, nodes } of violations) {
    // Whatever the ends of a band can do, typing can do as well (WCAG 2.5.8, equivalent).
    const real = nodes.filter((node) => id !== 'target-size' || !node.html.includes('role="slider"'));
    for (const node of real.slice(0, 3)) problems.push(`axe ${name}: ${id}: ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`);
  }
  return violations.length;
}
