import { describe, expect, it, vi } from 'vitest';
import { ToolError } from '../../src/errors.ts';
import { plain } from '../../src/output/colour.ts';
import { createConfirm } from '../../src/output/prompt.ts';
import { type MemoryIo, memoryIo } from '../support/memory-io.ts';

function confirmOn(io: MemoryIo, assumeYes = false): Promise<void> {
  return createConfirm({ io, assumeYes, colour: plain })('Enable RRSA of cluster c1?');
}

/** Asks on a terminal, and types once the question can be seen. */
async function answer(type: (io: MemoryIo) => void): Promise<MemoryIo> {
  const io = memoryIo({ tty: true });
  const asked = confirmOn(io);
  asked.catch(() => {});
  await vi.waitFor(() => expect(io.err()).toContain('Enable RRSA of cluster c1? (y/N)'), { timeout: 5_000 });
  type(io);
  await asked;
  return io;
}

const keys = (text: string) => (io: MemoryIo) => {
  io.stdin.push(text);
};

describe('createConfirm', () => {
  it.each(['y\r', 'yes\r', 'Y\r', 'n\x7fy\r'])('agrees to %j', async (typed) => {
    const io = await answer(keys(typed));
    expect(io.out()).toBe('');
  });

  it.each([
    ['n', 'n\r'],
    ['no', 'no\r'],
    ['just Enter', '\r'],
    ['something else', 'maybe\r'],
    ['Esc', '\x1b'],
    ['Ctrl-D', '\x04'],
  ])('takes %s for a refusal', async (_, typed) => {
    await expect(answer(keys(typed))).rejects.toMatchObject({ code: 'DECLINED', exitCode: 130 });
  });

  it('takes the end of the input for a refusal', async () => {
    await expect(answer((io) => io.stdin.push(null))).rejects.toMatchObject({ code: 'DECLINED' });
  });

  it('asks nothing more of a terminal that is gone', async () => {
    const goAway = (io: MemoryIo): void => {
      io.stdin.setRawMode = () => {
        throw new Error('setRawMode EIO');
      };
      io.stdin.push(null);
    };
    await expect(answer(goAway)).rejects.toMatchObject({ code: 'DECLINED' });
  });

  it('is interrupted by Ctrl-C', async () => {
    await expect(answer(keys('\x03'))).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });
  });

  it('ends with the reason of the signal', async () => {
    const reason = new ToolError('INTERRUPTED', 'interrupted by SIGTERM', { exitCode: 143 });
    await expect(answer((io) => io.interrupt(reason))).rejects.toBe(reason);
  });

  it('does not ask when the signal came before', async () => {
    const io = memoryIo({ tty: true });
    const reason = new ToolError('INTERRUPTED', 'interrupted by SIGINT');
    io.interrupt(reason);
    await expect(confirmOn(io)).rejects.toBe(reason);
    expect(io.err()).toBe('');
  });

  it('asks nothing when yes is assumed, terminal or not', async () => {
    for (const tty of [true, false]) {
      const io = memoryIo({ tty });
      await confirmOn(io, true);
      expect(io.err() + io.out()).toBe('');
    }
  });

  it.each([
    ['stdin', { stdin: false, stderr: true }],
    ['stderr', { stdin: true, stderr: false }],
  ])('fails and names the flag when %s is no terminal, whatever could be read', async (_, terminals) => {
    const io = memoryIo({ stdin: 'y\n' });
    io.stdin.isTTY = terminals.stdin;
    io.stderr.isTTY = terminals.stderr;
    await expect(confirmOn(io)).rejects.toMatchObject({
      code: 'PROMPT_NEEDED',
      exitCode: 2,
      hint: 'pass --assume-yes',
    });
    expect(io.err() + io.out()).toBe('');
  });
});
