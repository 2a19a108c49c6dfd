import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sleepFor } from '../src/io.ts';

const day = 24 * 3_600_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('sleepFor', () => {
  it('sleeps longer than a timer of node can, and then no more', async () => {
    let isOver = false;
    void sleepFor(60 * day).then(() => (isOver = true));
    for (let days = 1; days < 60; days += 1) await vi.advanceTimersByTimeAsync(day);
    expect(isOver).toBe(false);
    await vi.advanceTimersByTimeAsync(day);
    expect(isOver).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is ended by the signal at any time, and leaves no timer', async () => {
    const stop = new AbortController();
    const sleep = sleepFor(60 * day, stop.signal);
    await vi.advanceTimersByTimeAsync(40 * day);
    stop.abort(new Error('enough'));
    await expect(sleep).rejects.toThrow('enough');
    expect(vi.getTimerCount()).toBe(0);
  });
});
