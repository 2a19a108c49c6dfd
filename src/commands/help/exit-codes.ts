import type { CommandSpec } from '../spec.ts';
import { helpContents } from './help-contents.ts';

/** What a command can end with, and why: numbers first, in their order. */
export function exitCodesOf(spec: CommandSpec): [code: string, why: string][] {
  const codes: Record<string, string | null> = { ...usual(spec), ...helpContents(spec.path)?.exitCodes };
  return Object.entries(codes).flatMap(([code, why]) => (why === null ? [] : [[code, why]]));
}

function usual({ changes, cloud }: CommandSpec): Record<string, string> {
  const misused = 'a flag or value is wrong, or missing';
  return {
    0: changes ? 'done, or already so' : 'done',
    1: 'failed',
    2: changes ? `${misused}; or there is no terminal to ask at, and no --assume-yes` : misused,
    ...(cloud ? { 4: 'no usable credentials' } : {}),
    130: changes ? 'declined, or interrupted' : 'interrupted',
    143: 'ended by SIGTERM',
  };
}
