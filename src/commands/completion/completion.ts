import { usageError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { nearest } from '../../nearest.ts';
import type { CommandInput } from '../spec.ts';
import { bashScript } from './scripts/bash.ts';
import { fishScript } from './scripts/fish.ts';
import { powershellScript } from './scripts/powershell.ts';
import { zshScript } from './scripts/zsh.ts';
import { isShell, type Shell, shells } from './shells.ts';

const scripts: Readonly<Record<Shell, (options: string) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
  powershell: powershellScript,
};

/** What a shell has to read to complete command lines of this tool, with or without descriptions of the candidates. */
export function completionScript(shell: Shell, descriptions: boolean): string {
  return scripts[shell](descriptions ? '' : ' --no-descriptions');
}

/** Prints the script. Throws `USAGE` for a shell that there is no script for. */
export async function run({ flags, args: [given] }: CommandInput, io: Io): Promise<number> {
  const known = `${shells.slice(0, -1).join(', ')} or ${shells.at(-1)}`;
  const shell = given?.toLowerCase();
  if (shell === undefined) throw usageError(`\`ack-ram-tool completion\` needs a shell: ${known}`);
  if (!isShell(shell)) {
    const meant = nearest(shell, shells);
    throw usageError(
      `${JSON.stringify(given)} is no shell that words are completed in: use ${known}`,
      meant === undefined ? undefined : `did you mean ${meant}?`,
    );
  }
  io.stdout.write(completionScript(shell, !flags.boolean('no-descriptions')));
  return 0;
}
