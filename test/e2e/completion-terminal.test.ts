import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { environment, hostile, marker, quote, scripts } from '../support/completion-user.ts';
import { findPrograms } from '../support/programs.ts';
import { hasTerminal, openTerminal } from '../support/terminal.ts';
import { scratchFolder } from '../support/tool.ts';

const [bash] = findPrograms(['bash']);
const [zsh] = findPrograms(['zsh']);
const [fish] = findPrograms(['fish']);

/** What a line becomes by TAB, read back by the shell itself: the words of the command that it would then run. */
async function typedInto(shell: readonly string[], lines: readonly string[], setup: string): Promise<string[][]> {
  const out = join(scratchFolder(), 'words');
  const env = { ...environment, OUT: out, ZDOTDIR: scratchFolder(), BASH_SILENCE_DEPRECATION_WARNING: '1' };
  writeFileSync(join(env.ZDOTDIR, '.zshrc'), setup);
  writeFileSync(join(env.ZDOTDIR, 'rc'), setup);
  const terminal = openTerminal([...shell.map((word) => word.replace('RC', join(env.ZDOTDIR, 'rc')))], env);
  await terminal.shows('READY>');
  const found: string[][] = [];
  for (const line of lines) {
    terminal.send('-l', line);
    terminal.send('Tab');
    // Whatever is typed meanwhile waits until the completion is done.
    terminal.send('C-a');
    terminal.send('-l', 'show ');
    terminal.send('Enter');
    for (let round = 0; round < 400 && !existsSync(`${out}.${found.length}`); round += 1) await sleep(25);
    if (!existsSync(`${out}.${found.length}`)) throw new Error(`${line} came to nothing:\n${terminal.screen()}`);
    found.push(readFileSync(`${out}.${found.length}`, 'utf8').split('\0').slice(0, -1));
  }
  return found;
}

const posixShow = `shown=0
show() { printf '%s\\0' "$@" > "$OUT.part"; mv "$OUT.part" "$OUT.$shown"; shown=$((shown + 1)); }
cd
PS1='READY> '
`;

const profile = 'ack-ram-tool auth whoami --profile-name';
/** What is typed, and the last word that has to come of it. */
const typed: [line: string, word: string][] = [
  ...hostile.map((name): [string, string] => [`${profile} ${[...name][0]}`, name]),
  ...hostile.slice(0, 4).map((name): [string, string] => [`${profile}=${[...name][0]}`, `--profile-name=${name}`]),
  [`${profile} f:g`, 'f:g:h'],
  [`${profile} 'c d`, "c d'e"],
  [`${profile} "i`, 'i"j\\k'],
  [`${profile} "a`, hostile[0] as string],
  ['ack-ram-tool -c x rrsa associate-', 'associate-role'],
  ['ack-ram-tool rrsa status --output=j', '--output=json'],
  ['ack-ram-tool rrsa status -oj', '-ojson'],
  ['ack-ram-tool rrsa plan -f some\\ fi', 'some file.yaml'],
  ['ack-ram-tool rrsa plan --file=some\\ fi', '--file=some file.yaml'],
  ['ack-ram-tool rrsa associate-role --backup-dir=some', '--backup-dir=some folder'],
  ['ack-ram-tool export-credentials -- cat some\\ fi', 'some file.yaml'],
  ['ack-ram-tool export-credentials -- ack-ram-t', 'ack-ram-tool'],
];

/** zsh takes the slash of a folder back when something else follows. */
const lastWords = (found: string[][]): (string | undefined)[] =>
  found.map((words) => words.at(-1)?.replace(/folder\/$/, 'folder'));
const wanted = typed.map(([, word]) => word);

describe.skipIf(!hasTerminal)('typed into a terminal', () => {
  it.runIf(bash !== undefined)(
    'bash writes names as themselves and runs nothing of them',
    async () => {
      const setup = `${posixShow}source ${quote(join(scripts, 'ack-ram-tool.bash'))}\n`;
      const lines = typed.map(([line]) => line);
      const found = await typedInto([bash as string, '--rcfile', 'RC', '-i'], lines, setup);
      expect(lastWords(found)).toEqual(wanted);
      expect(existsSync(marker)).toBe(false);
    },
    120_000,
  );

  it.runIf(zsh !== undefined)(
    'zsh does as well',
    async () => {
      const load = `autoload -U compinit\ncompinit -u -d "$ZDOTDIR/dump"\nsource ${quote(join(scripts, '_ack-ram-tool'))}\n`;
      const lines = typed.map(([line]) => line);
      const found = await typedInto([zsh as string, '-i'], lines, `bindkey -e\n${posixShow}${load}`);
      expect(lastWords(found)).toEqual(wanted);
      expect(existsSync(marker)).toBe(false);
    },
    120_000,
  );

  it.runIf(zsh !== undefined)(
    'zsh lists candidates with what they are, the script being a file of $fpath',
    async () => {
      const folder = scratchFolder();
      const load = `fpath=(${quote(scripts)} $fpath)\nautoload -U compinit\ncompinit -u -d "$ZDOTDIR/dump"\n`;
      writeFileSync(join(folder, '.zshrc'), `bindkey -e\n${load}PS1='READY> '\n`);
      const terminal = openTerminal([zsh as string, '-i'], { ...environment, ZDOTDIR: folder });
      await terminal.shows('READY>');
      terminal.send('-l', 'ack-ram-tool rrsa ass');
      terminal.send('Tab');
      const screen = await terminal.shows(/assume-role .*exchange an OIDC token/);
      expect(screen).toMatch(/associate-role .*let a service account/);
    },
    60_000,
  );

  it.runIf(fish !== undefined)(
    'fish does as well',
    async () => {
      const setup = `set -g fish_greeting
set -g shown 0
function show
    printf '%s\\0' $argv > $OUT.part
    mv $OUT.part $OUT.$shown
    set -g shown (math $shown + 1)
end
cd
function fish_prompt
    echo 'READY> '
end
source ${quote(join(scripts, 'ack-ram-tool.fish'))}
`;
      const lines = typed.map(([line]) => line);
      const found = await typedInto([fish as string, '-C', 'source RC'], lines, setup);
      expect(lastWords(found)).toEqual(wanted);
      expect(existsSync(marker)).toBe(false);
    },
    120_000,
  );
});
