import { expect, test } from 'vitest';
import { backoff } from '../src/lib/backoff';
import { Stream, type Event, type StreamState } from '../src/lib/stream';

type Change = { __typename: string; n?: number };
type On = { event(event: Event<Change>): void; end(error?: unknown): void };

function world() {
  const opened: (string | null)[] = [];
  const waits: { run: () => void; ms: number; off?: boolean }[] = [];
  const [heard, states]: [string[], StreamState[]] = [[], []];
  let [now, closed] = [null as On | null, 0];
  const stream = new Stream<Change>(
    {
      open: (resumeAfter, on) => {
        opened.push(resumeAfter);
        now = on;
        return () => void closed++;
      },
    },
    {
      change: (change) => heard.push(String(change.n)),
      resync: () => heard.push('resync'),
      state: (state) => states.push(state),
    },
    { set: (run, ms) => waits.push({ run, ms }) - 1, clear: (i) => void (waits[i as number]!.off = true) },
    () => 0.5,
  );
  const tick = (): void => {
    const wait = waits.findLast((w) => !w.off);
    if (wait) {
      wait.off = true;
      wait.run();
    }
  };
  return { stream, opened, heard, states, waits, tick, on: () => now as On, closed: () => closed };
}

test('goes on after the last cursor, however often it breaks', () => {
  const w = world();
  w.stream.start();
  w.on().event({ cursor: 'c1', change: { __typename: 'Ready' } });
  w.on().event({ cursor: 'c2', change: { __typename: 'ItemChange', n: 1 } });
  w.on().end(new Error('cut'));
  expect(w.stream.state).toBe('waiting');
  w.tick();
  w.on().end();
  w.tick();
  w.on().event({ cursor: 'c3', change: { __typename: 'ItemChange', n: 2 } });
  expect(w.opened).toEqual([null, 'c2', 'c2']);
  expect(w.heard).toEqual(['resync', '1', '2']);
  expect(w.states).toEqual(['connecting', 'live', 'waiting', 'connecting', 'waiting', 'connecting', 'live']);
});

test('what happened before the stream stood is read once it stands, and only then', () => {
  const w = world();
  w.stream.start();
  expect(w.heard).toEqual([]);
  w.on().event({ cursor: 'c1', change: { __typename: 'Ready' } });
  w.on().end();
  w.tick();
  w.on().event({ cursor: 'c1', change: { __typename: 'Ready' } });
  expect(w.heard).toEqual(['resync']);
});

test('the event at the cursor is not shown twice', () => {
  const w = world();
  w.stream.start();
  w.on().event({ cursor: 'c2', change: { __typename: 'ItemChange', n: 1 } });
  w.on().end();
  w.tick();
  w.on().event({ cursor: 'c2', change: { __typename: 'ItemChange', n: 1 } });
  expect(w.heard).toEqual(['1']);
});

test('a sign that somebody writes is heard though it has no cursor of its own', () => {
  const w = world();
  w.stream.start();
  w.on().event({ cursor: 'c2', change: { __typename: 'ItemChange', n: 1 } });
  w.on().event({ cursor: 'c2', change: { __typename: 'TypingChange', n: 2 } });
  w.on().event({ cursor: 'c2', change: { __typename: 'TypingChange', n: 3 } });
  expect(w.heard).toEqual(['1', '2', '3']);
  expect(w.stream.cursor).toBe('c2');
});

test('a cursor that is too old asks for everything again, then goes on from there', () => {
  const w = world();
  w.stream.start();
  w.on().event({ cursor: 'c9', change: { __typename: 'Resync' } });
  w.on().end();
  w.tick();
  expect(w.heard).toEqual(['resync']);
  expect(w.opened).toEqual([null, 'c9']);
});

test('what a dead connection still says is not heard', () => {
  const w = world();
  w.stream.start();
  const old = w.on();
  old.end();
  w.tick();
  old.event({ cursor: 'c7', change: { __typename: 'ItemChange', n: 7 } });
  old.end();
  expect(w.heard).toEqual([]);
  expect(w.stream.state).toBe('connecting');
});

test('waits longer each time, and no longer than needed once the network is back', () => {
  const w = world();
  w.stream.start();
  for (let n = 0; n < 4; n++) {
    w.on().end();
    if (n < 3) w.tick();
  }
  const times = w.waits.map((wait) => wait.ms);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  w.stream.hurry();
  expect(w.stream.state).toBe('connecting');
  w.stream.hurry();
  expect(w.opened.length).toBe(5);
  w.on().end();
  expect(w.waits.at(-1)?.ms).toBe(times[0]);
});

test('stopped is stopped', () => {
  const w = world();
  w.stream.start();
  w.on().event({ cursor: 'c1', change: { __typename: 'Ready' } });
  w.stream.stop();
  w.on().end();
  expect(w.stream.state).toBe('stopped');
  expect(w.closed()).toBe(1);
  w.stream.hurry();
  expect(w.opened.length).toBe(1);
});

test('an end while opening is taken', () => {
  let tries = 0;
  const stream = new Stream<Change>(
    { open: (_, on) => (tries++, on.end(), () => undefined) },
    { change: () => undefined, resync: () => undefined },
    { set: () => 0, clear: () => undefined },
  );
  stream.start();
  expect(stream.state).toBe('waiting');
  expect(tries).toBe(1);
});

test('back-off doubles to its ceiling and spreads', () => {
  expect([1, 2, 3, 10].map((n) => backoff(n, () => 1))).toEqual([400, 800, 1600, 15_000]);
  expect(backoff(3, () => 0)).toBe(800);
});
