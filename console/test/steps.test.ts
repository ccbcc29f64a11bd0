import { afterAll, beforeEach, expect, test, vi } from 'vitest';

const sent = vi.hoisted(() => ({ act: vi.fn(), ask: vi.fn(), complain: vi.fn() }));
vi.mock('../src/lib/client', () => ({ act: sent.act, ask: sent.ask }));
vi.mock('../src/lib/errors', () => ({ complain: sent.complain }));

const { NextSteps, openOf, textOf, titleOf } = await import('../src/desk/steps.svelte');
const { i18n } = await import('../src/lib/i18n/index.svelte');

const step = (place: number, required: boolean, done = false) => ({ place, done, byId: null, at: null, remark: '', step: { text: `step ${place}`, textZh: place === 1 ? '第一步' : '', required, knowledgeArticleId: null } });
const list = (...steps: ReturnType<typeof step>[]) => ({ checklistId: 'chl_1', title: 'Refunds', titleZh: '退款', openReason: '', steps });
const shown = (...steps: ReturnType<typeof step>[]) => ({ intent: 'refund', suggested: null, followed: [list(...steps)] });

beforeEach(() => Object.values(sent).forEach((one) => one.mockReset()));

test('only what is required and not done holds up the end', () => {
  expect(openOf([list(step(1, true, true), step(2, false), step(3, true))]).map(({ place }) => place)).toEqual([3]);
  expect(openOf([])).toEqual([]);
});

test('what is said in Chinese is shown in Chinese, the rest as it is', () => {
  const one = list(step(1, false), step(2, false));
  expect([titleOf(one), textOf(one.steps[0]!.step)]).toEqual(['Refunds', 'step 1']);
  i18n.lang = 'zh';
  expect([titleOf(one), ...one.steps.map(({ step }) => textOf(step))]).toEqual(['退款', '第一步', 'step 2']);
  expect(titleOf({ title: 'Only English', titleZh: '' })).toBe('Only English');
});

test('a tick is shown at once, and taken back when it is refused', async () => {
  const steps = new NextSteps('cnv_1');
  sent.ask.mockResolvedValue({ conversation: { nextSteps: shown(step(1, true)) } });
  await steps.read();
  const [one] = steps.shown!.followed;
  sent.act.mockImplementation(async () => {
    expect(steps.shown!.followed[0]!.steps[0]!.done).toBe(true);
    throw new Error('not yours');
  });
  expect(await steps.tick(one!, one!.steps[0]!, true)).toBe(false);
  expect(sent.complain).toHaveBeenCalledOnce();
  expect(steps.shown!.followed[0]!.steps[0]!.done).toBe(false);
});

test('an answer that was overtaken by a later one is dropped', async () => {
  const steps = new NextSteps('cnv_1');
  let late: (value: unknown) => void = () => undefined;
  sent.ask.mockReturnValueOnce(new Promise((resolve) => (late = resolve)));
  const reading = steps.read();
  sent.act.mockResolvedValue({ checklistAnswer: { conversation: { nextSteps: shown(step(1, true)) } } });
  expect(await steps.answer('chl_1', true)).toBe(true);
  late({ conversation: { nextSteps: { intent: 'refund', suggested: null, followed: [] } } });
  await reading;
  expect(steps.shown!.followed).toHaveLength(1);
});

afterAll(() => void (i18n.lang = 'en'));
