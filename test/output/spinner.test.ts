import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { plain as colour } from '../../src/output/colour.ts';
import { createLog } from '../../src/output/log.ts';
import { createProgress } from '../../src/output/spinner.ts';
import { memoryIo } from '../support/memory-io.ts';
import { FakeTerminal } from './fake-terminal.ts';

function progressOn(terminal: FakeTerminal | undefined, env: Record<string, string> = {}) {
  const io = { ...memoryIo({ env }), ...(terminal ? { stderr: terminal.asStream() } : {}) };
  const log = createLog({ stream: io.stderr, level: 'info', now: () => 0, timeZoneOffset: 0, redact: (text) => text });
  return { io, log, start: createProgress({ io, colour, log, now: Date.now }) };
}

const time = '1970-01-01T00:00:00+00:00';
const turning = expect.stringMatching(/^. waiting for task T-1 [0-9]+s$/u);

describe('progress on a terminal', () => {
  beforeAll(async () => {
    await import('ora');
  });
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('shows nothing for a short wait', async () => {
    const terminal = new FakeTerminal();
    const progress = progressOn(terminal).start('waiting for task T-1');
    await vi.advanceTimersByTimeAsync(1_900);
    progress.stop();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(terminal.written).toBe('');
  });

  it('shows what it waits for and the elapsed time of a longer one, and takes it away at the end', async () => {
    const terminal = new FakeTerminal();
    const progress = progressOn(terminal).start('waiting for task T-1');
    await vi.advanceTimersByTimeAsync(5_100);
    expect(terminal.screen()).toEqual([expect.stringMatching(/^. waiting for task T-1 5s$/u)]);
    progress.update('waiting for cluster \x1b[31mc1');
    await vi.advanceTimersByTimeAsync(70_000);
    expect(terminal.screen()).toEqual([expect.stringMatching(/^. waiting for cluster c1 1m15s$/u)]);
    progress.stop();
    progress.stop();
    expect(terminal.screen()).toEqual(['']);
    expect(terminal.written.endsWith('\x1b[?25h')).toBe(true);
  });

  it('keeps log lines whole that are written meanwhile', async () => {
    const terminal = new FakeTerminal();
    const { start, log } = progressOn(terminal);
    const progress = start('waiting for task T-1');
    await vi.advanceTimersByTimeAsync(3_000);
    log.info('one');
    expect(terminal.screen()).toEqual([`${time} INFO one`, turning]);
    await vi.advanceTimersByTimeAsync(1_000);
    log.warn('two');
    progress.stop();
    expect(terminal.screen()).toEqual([`${time} INFO one`, `${time} WARN two`, '']);
  });

  it('shows the newest text when it changed before anything could be seen', async () => {
    const terminal = new FakeTerminal();
    const progress = progressOn(terminal).start('starting');
    progress.update('waiting for task T-1');
    await vi.advanceTimersByTimeAsync(2_500);
    expect(terminal.screen()).toEqual([turning]);
    progress.stop();
  });

  it('rests while the terminal says that it has no columns', async () => {
    const terminal = new FakeTerminal();
    const resize = (columns: number): void => void Object.assign(terminal, { columns }).emit('resize');
    const progress = progressOn(terminal).start('waiting for task T-1');
    await vi.advanceTimersByTimeAsync(3_000);
    resize(0);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(terminal.screen()).toEqual(['']);
    resize(50);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(terminal.screen()).toEqual([turning]);
    progress.stop();
    resize(80);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(terminal.screen()).toEqual(['']);
  });

  it('draws a count as a bar that fits the line', async () => {
    const terminal = new FakeTerminal();
    const progress = progressOn(terminal, { LANG: 'C.UTF-8' }).start('looking', { done: 0 });
    await vi.advanceTimersByTimeAsync(3_100);
    expect(terminal.screen()).toEqual([expect.stringMatching(/^. looking 3s$/u)]);
    progress.update('roles: 120 of 1000 read', { done: 120, total: 1000 });
    await vi.advanceTimersByTimeAsync(200);
    expect(terminal.screen()).toEqual([expect.stringMatching(/^. roles: 120 of 1000 read █{3}░{27} 12% 3s$/u)]);
    terminal.columns = 50;
    progress.update('roles: 900 of 1000 read', { done: 900, total: 1000 });
    await vi.advanceTimersByTimeAsync(200);
    expect(terminal.screen()).toEqual([expect.stringMatching(/^. roles: 900 of 1000 read █{9}░{2} 90% 3s$/u)]);
    progress.stop();
  });

  it('ends when the signal is aborted, and when another display begins', async () => {
    const terminal = new FakeTerminal();
    const { start, io } = progressOn(terminal);
    start('first');
    await vi.advanceTimersByTimeAsync(2_500);
    start('waiting for task T-1');
    expect(terminal.screen()).toEqual(['']);
    await vi.advanceTimersByTimeAsync(2_500);
    expect(terminal.screen()).toEqual([turning]);
    io.interrupt(new Error('stop'));
    expect(terminal.screen()).toEqual(['']);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('progress elsewhere', () => {
  it.each([
    ['a file', undefined, {}],
    ['a dumb terminal', new FakeTerminal(), { TERM: 'dumb' }],
    ['a terminal without a width', Object.assign(new FakeTerminal(), { columns: 0 }), {}],
  ])('is a log line for each new text on %s', (_, terminal, env) => {
    const { io, start } = progressOn(terminal, env);
    const progress = start('a');
    for (const text of ['a', 'b', 'b', 'a']) progress.update(text);
    progress.stop();
    progress.update('c');
    progress.stop();
    expect(terminal?.written ?? io.err()).toBe(`${time} INFO a\n${time} INFO b\n${time} INFO a\n`);
  });
});

describe('counts where there is no terminal', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 0 }));
  afterEach(() => void vi.useRealTimers());

  it('are no line when they are over within two seconds', async () => {
    const { io, start } = progressOn(undefined);
    const progress = start('reading 100 roles', { done: 0, total: 100 });
    for (let done = 1; done <= 100; done += 1) progress.update(`${done} read`, { done, total: 100 });
    progress.stop();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(io.err()).toBe('');
  });

  it('are a line after two seconds, even when nothing can be counted yet', async () => {
    const { io, start } = progressOn(undefined);
    const progress = start('reading roles', { done: 0 });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(io.err()).toBe(`${time} INFO reading roles\n`);
    progress.stop();
  });

  it.each([
    ['each tenth of a slow one', 1_000, 100, [2, 10, 20, 30]],
    ['ten seconds, when a tenth takes longer', 1_000, 10_000, [2, 12, 22, 32]],
    ['ten seconds, when the whole is not known', 1_000, undefined, [2, 12, 22, 32]],
    ['two seconds of a fast one', 100, 100, [20, 40, 60, 80, 100]],
  ])('are a line for %s', async (_, everyMs, total, lines) => {
    const { io, start } = progressOn(undefined);
    const progress = start('reading', { done: 0, total });
    for (let done = 1; done <= lines.at(-1)!; done += 1) {
      await vi.advanceTimersByTimeAsync(everyMs - 1);
      progress.update(`${done} read`, { done, total });
      await vi.advanceTimersByTimeAsync(1);
      progress.update(`${done} read`, { done, total });
    }
    progress.stop();
    expect(io.err()).toBe(lines.map((done) => `${time} INFO ${done} read\n`).join(''));
  });

  it('do not hold up news', () => {
    const { io, start } = progressOn(undefined);
    const progress = start('reading', { done: 0 });
    progress.update('task T-1');
    progress.update('1 read', { done: 1 });
    progress.update('task T-2');
    progress.stop();
    expect(io.err()).toBe(`${time} INFO task T-1\n${time} INFO task T-2\n`);
  });
});
