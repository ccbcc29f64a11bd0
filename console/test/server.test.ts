import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { words } from '../src/lib/errors';
import { Failed } from '../src/lib/failed';
import { bring, i18n } from '../src/lib/i18n/index.svelte';
import { inChinese } from '../src/lib/i18n/zh.server';
import { trouble } from '../src/lib/trouble';

const crates = new URL('../../crates', import.meta.url).pathname;

function rust(dir: string): string[] {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    if (statSync(path).isDirectory()) return rust(path);
    // Unit tests stand at the end of a file. Workspaces are made at the command line: what is refused there nobody sees here.
    return name.endsWith('.rs') && name !== 'tests.rs' && name !== 'workspace.rs' ? [readFileSync(path, 'utf8').split('#[cfg(test)]')[0]!] : [];
  });
}

/** Where refusals are written. */
const places = [
  'app/src/bots/ledger.rs',
  'app/src/bots/test/mod.rs',
  'app/src/checklists',
  'app/src/conversations',
  'app/src/customers.rs',
  'app/src/emergency.rs',
  'app/src/identity',
  'app/src/knowledge',
  'app/src/lookup',
  'app/src/media',
  'app/src/red',
  'app/src/reply_drafts.rs',
  'app/src/routing',
  'app/src/scheduled',
  'app/src/search.rs',
  'app/src/setup',
  'app/src/understanding',
  'domain/src/amendment.rs',
  'domain/src/bot/dialogue.rs',
  'domain/src/bot/test/mod.rs',
  'domain/src/callback.rs',
  'domain/src/checklist.rs',
  'domain/src/emergency.rs',
  'domain/src/identity/intake.rs',
  'domain/src/identity/verifier',
  'domain/src/knowledge.rs',
  'domain/src/lookup/answer.rs',
  'domain/src/red',
  'domain/src/routing/overflow.rs',
  'domain/src/routing/plan.rs',
  'domain/src/search.rs',
  'domain/src/template.rs',
  'domain/src/understanding/intent/train.rs',
  'domain/src/work_code.rs',
];

/** What refusals say, with something in the place of what is filled in. */
function refusals(): string[] {
  const text = places
    .flatMap((path) => (path.endsWith('.rs') ? [readFileSync(join(crates, path), 'utf8').split('#[cfg(test)]')[0]!] : rust(join(crates, path))))
    .join('\n');
  const string = String.raw`"((?:[^"\\]|\\.)+)"`;
  const said = [
    ...text.matchAll(new RegExp(String.raw`#\[error\(${string}`, 'g')),
    ...text.matchAll(new RegExp(String.raw`Refused::(?:Invalid|State|Files|Template|Table|WindowClosed)\(\s*(?:format!\(\s*)?${string}`, 'g')),
    ...text.matchAll(new RegExp(String.raw`Refused::Wrong\(\s*"[^"]*",\s*(?:format!\(\s*)?${string}`, 'g')),
    ...text.matchAll(new RegExp(String.raw`\bErr\(${string}\.to_owned\(\)\)`, 'g')),
    ...text.matchAll(new RegExp(String.raw`\bconst [A-Z]+: &str = "([^"\\]+ [^"\\]+)";`, 'g')),
    ...text.matchAll(new RegExp(String.raw`\b(?:said|refused|faults\.push)\(\s*(?:format!\(\s*)?${string}`, 'g')),
    ...text.matchAll(new RegExp(String.raw`\bfail\((?:\w+, )?"\w+", &?(?:format!\(\s*)?${string}`, 'g')),
    ...text.matchAll(new RegExp(String.raw`\blet (?:help|text|problem) =\s*(?:format!\(\s*)?${string}`, 'g')),
  ].map(([, found]) => found!.replace(/\\\n\s*/g, '').replaceAll('{{{{', '{{').replace(/\{[^{}]*\}/g, '7').replaceAll('\\"', '"'));
  // A whole that is put together of what others say.
  return [...new Set(said)].filter((one) => !/^[7: {}]+$/.test(one));
}

test('everything that the server refuses with is said in Chinese', () => {
  const all = refusals();
  expect(all.length).toBeGreaterThan(100);
  expect(all.filter((text) => inChinese(text) === null)).toEqual([]);
});

test('what is filled in stands where it belongs, and is translated where it is known', () => {
  expect(inChinese('no such queue')).toBe('没有这个队列');
  expect(inChinese('offer_seconds goes from 1 to 600')).toBe('应答派单的秒数须在 1 到 600 之间');
  expect(inChinese('step 2: a step lasts at most a week')).toBe('第 2 步：一步最长一周');
  expect(inChinese('no such site: sit_1')).toBe('没有这个站点：sit_1');
  expect(inChinese('from is required; port is a whole number from 0 to 65535')).toBe('from 必填；port 须为 0 到 65535 的整数');
  expect(inChinese('the phone number `12` is not understood')).toBe('电话号码“12”无法识别');
  expect(inChinese('words nobody has ever written')).toBeNull();
});

test('an error is told in the language in force, the more exact the better', async () => {
  const full = new Failed('CONFLICT', 'this agent has no room for it: take something off them first, or raise their capacity');
  expect(words(full)).toBe('This agent has no room for it: take something off them first, or raise their capacity.');
  await bring('zh');
  i18n.lang = 'zh';
  expect(words(full)).toBe('该坐席已满，请先移走其部分工作，或提高其容量。');
  expect(words(new Failed('CONFLICT', 'something new'))).toBe('与其他内容冲突。');
  expect(words(new Failed('CONFLICT', 'this name is taken', 'name'))).toBe('名称已被使用，请另选一个。');
  expect(words(new Failed('INTERNAL', 'x', null, 'r1'))).toContain('r1');
  expect(trouble('auth: 190 expired')).toBe('服务商拒绝了账户的密钥 (190 expired)');
  expect(trouble('ambiguous: the answer was lost')).toBe('服务商的应答丢失 (没有收到应答)');
});

afterAll(() => void (i18n.lang = 'en'));
