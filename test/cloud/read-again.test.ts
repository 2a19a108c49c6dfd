import { describe, expect, it } from 'vitest';
import { readAgain } from '../../src/cloud/read-again.ts';
import { ToolError } from '../../src/errors.ts';

const broken = new ToolError('NETWORK', 'broken', { details: { reason: 'ECONNRESET', transient: true } });
const unknown = new ToolError('NETWORK', 'unknown', { details: { reason: 'ENOTFOUND', transient: false } });

/** Reads what is given, in order, and says how often it was read. */
async function read(...answers: (number | Error)[]) {
  let reads = 0;
  const slept: number[] = [];
  const again = readAgain(
    async () => {
      const answer = answers[reads++];
      if (typeof answer !== 'number') throw answer;
      return { status: answer, body: '' };
    },
    { sleep: async (ms) => void slept.push(ms) },
  );
  const outcome = await again('http://127.0.0.1', new AbortController().signal).then(
    ({ status }) => status,
    (error: Error) => error.message,
  );
  return [outcome, reads, slept.length];
}

describe('a page', () => {
  it('is read once more, after a pause, when the server was in trouble or gave no answer', async () => {
    expect(await read(503, 200)).toEqual([200, 2, 1]);
    expect(await read(429, 404)).toEqual([404, 2, 1]);
    expect(await read(broken, 200)).toEqual([200, 2, 1]);
    expect(await read(broken, 502)).toEqual([502, 2, 1]);
    expect(await read(500, broken)).toEqual(['broken', 2, 1]);
  });

  it('is read once when that said what there is to say', async () => {
    expect(await read(200)).toEqual([200, 1, 0]);
    expect(await read(302)).toEqual([302, 1, 0]);
    expect(await read(404)).toEqual([404, 1, 0]);
    expect(await read(unknown)).toEqual(['unknown', 1, 0]);
    expect(await read(new Error('a fault of ours'))).toEqual(['a fault of ours', 1, 0]);
  });
});
