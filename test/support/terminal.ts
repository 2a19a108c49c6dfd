import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll } from 'vitest';
import { scratchFolder } from './tool.ts';

/** Whether this machine can show a program a real terminal. A pipeline must be able to: there, its absence fails. */
export const hasTerminal = spawnSync('tmux', ['-V']).status === 0;

export interface Terminal {
  /** Keys as tmux names them: `y`, `Enter`, `C-c`. */
  send(...keys: string[]): void;
  /** The screen as it is now. */
  screen(): string;
  /** Waits until the screen holds the text; throws with the screen when it never does. */
  shows(text: string | RegExp): Promise<string>;
  /** Makes it say that it is so wide. */
  resize(columns: number): void;
  /** Takes the terminal away from what runs in it. */
  close(): void;
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Runs a command line in a terminal of its own; `EXIT=<code>` ends the screen. */
export function openTerminal(argv: readonly string[], env: Record<string, string | undefined>): Terminal {
  const socket = `ack-ram-tool-${randomBytes(4).toString('hex')}`;
  const tmux = (...args: string[]): string => execFileSync('tmux', ['-L', socket, ...args], { encoding: 'utf8' });
  const exports = Object.entries(env).map(([name, value]) =>
    value === undefined ? '' : `export ${name}=${quote(value)}\n`,
  );
  const file = join(scratchFolder(), 'run.sh');
  // The shell outlives a Ctrl-C, which the terminal sends to it as well.
  writeFileSync(file, `trap : INT\n${exports.join('')}${argv.map(quote).join(' ')}\necho "EXIT=$?"\nsleep 60\n`);
  tmux('-f', '/dev/null', 'new-session', '-d', '-x', '160', '-y', '50', `sh ${quote(file)}`);
  afterAll(() => void spawnSync('tmux', ['-L', socket, 'kill-server']));
  const screen = (): string => tmux('capture-pane', '-p');
  return {
    screen,
    send: (...keys) => void tmux('send-keys', ...keys),
    resize: (columns) =>
      void execFileSync('stty', ['-F', tmux('display-message', '-p', '#{pane_tty}').trim(), 'cols', `${columns}`]),
    close: () => void tmux('kill-server'),
    async shows(text) {
      for (let round = 0; round < 300; round += 1) {
        const now = screen();
        if (typeof text === 'string' ? now.includes(text) : text.test(now)) return now;
        await sleep(50);
      }
      throw new Error(`the terminal never showed ${text}:\n${screen()}`);
    },
  };
}
