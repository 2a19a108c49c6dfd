import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { normalize } from '../../src/commands/normalize.ts';
import { table } from '../../src/commands/table.ts';
import { splitWords } from '../../src/credentials/split-words.ts';
import { stsErrors } from '../../src/rrsa/sts-errors.ts';
import { type Fence, fencesOf, headingsOf, withoutFences } from '../support/markdown.ts';
import { scratchFolder, toolCommand } from '../support/tool.ts';
import { isAsShown, ShellSession, stepsOf, withoutChance } from '../support/transcript.ts';

const root = new URL('../../', import.meta.url);
const pages = ['README.md', 'README.zh-CN.md'];
const textOf = (name: string): string => readFileSync(new URL(name, root), 'utf8');
const listed = pages.flatMap((page) => fencesOf(textOf(page)).map((fence) => ({ page, ...fence })));

/** Throws for brackets and quotes that do not fit together; `#` and `//` begin a comment. */
function checkBrackets(text: string): void {
  const open: string[] = [];
  const closing: Record<string, string> = { '(': ')', '[': ']', '{': '}' };
  for (const [token] of text.matchAll(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\\n])*"|(?:#|\/\/).*|[()[\]{}'"]/g)) {
    if (closing[token] !== undefined) open.push(closing[token]);
    else if (')]}'.includes(token)) expect(open.pop(), token).toBe(token);
    else expect(['"', "'"], 'a quote that is not closed').not.toContain(token);
  }
  expect(open).toEqual([]);
}

/** How each kind of fence is read. One of another kind fails. */
const readers: Record<string, (text: string) => void> = {
  console: (text) => expect(stepsOf(text)).not.toEqual([]),
  sh: (text) => {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  },
  json: (text) => JSON.parse(text),
  yaml: (text) => {
    const documents = parseAllDocuments(text);
    if (!('empty' in documents))
      expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
  },
  hcl: (text) => {
    checkBrackets(text);
    for (const line of text.trim().split('\n')) {
      expect(line).toMatch(/^ *(?:[a-z_]+(?: "[^"]*")* \{|\}|[a-z_]+ += .+|#.*|)$/);
    }
  },
  groovy: checkBrackets,
  text: (text) => expect(text.trim()).not.toBe(''),
};

/** The argument lists of this tool's command lines in a fence. */
function commandLines({ language, text: whole }: Fence): string[][] {
  const typed = language === 'console' ? stepsOf(whole).map(({ command }) => command) : [whole];
  const text = typed.join('\n');
  const lines = text.replaceAll('\\\n', ' ').split('\n');
  const code = lines.filter((line) => !/^ *#/.test(line)).join('\n');
  const calls = code.matchAll(/(?<![\w/.-]|-t )ack-ram-tool((?: +(?:'[^'\n]*'|"[^"\n]*"|[^\s'"`|>&;#()])+)+)/g);
  return [...calls].map(([, words = '']) => splitWords(words, 'linux') ?? []);
}

describe('a transcript', () => {
  it('has commands that go on in the next line, and what they print', () => {
    expect(stepsOf('$ a \\\n    b\nfirst\n\n> second\n$ c() {\n>   d\n> }\n')).toEqual([
      { command: 'a \\\n    b', output: 'first\n\n> second\n' },
      { command: 'c() {\n  d\n}', output: '' },
    ]);
    expect(() => stepsOf('first\n$ a\n')).toThrow('must begin with a command');
  });

  it('is compared but for what differs from run to run', () => {
    expect(isAsShown('at 2026-11-22T04:50:33Z by STS.abc***\n', 'at 2026-01-01T00:00:00+08:00 by STS.xyz***\n')).toBe(
      true,
    );
    expect(isAsShown('a long line\n', 'a … line\n')).toBe(true);
    expect(isAsShown('one\ntwo\nthree\nfour\n', 'one\n…\nfour\n')).toBe(true);
    expect(isAsShown('one\ntwo\n', 'one\n')).toBe(false);
    expect(isAsShown('one\n', 'one\ntwo\n')).toBe(false);
    expect(isAsShown('one (1)\n', 'one (2)\n')).toBe(false);
  });
});

describe('README', () => {
  it.each(listed)('$page:$line is $language that can be read', (fence) => {
    const { language, text } = fence;
    expect(Object.keys(readers)).toContain(language);
    readers[language]?.(text);
    for (const words of commandLines(fence)) {
      const form = normalize(words, table);
      expect(form.spec !== undefined || form.help || form.version, words.join(' ')).toBe(true);
    }
  });

  it.each(pages)('%s links to what is there', (page) => {
    const text = textOf(page);
    const anchors = new Set([
      ...headingsOf(text).map(({ anchor }) => anchor),
      ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id),
    ]);
    const prose = withoutFences(text);
    const targets = [...prose.matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)].map(([, a, b]) => a ?? b ?? '');
    for (const target of targets) {
      if (target.startsWith('#')) expect([...anchors], target).toContain(decodeURIComponent(target.slice(1)));
      else if (/^[a-z]+:/.test(target)) expect(new URL(target).protocol).toBe('https:');
      else expect(existsSync(new URL(target.replace(/#.*/, ''), root)), target).toBe(true);
    }
  });
});

/** The sections by the anchors of their headings, up to the next heading of the same level or a higher one. */
function sectionsOf(page: string): Map<string, string> {
  const lines = page.split('\n');
  const starts: { level: number; anchor: string; line: number }[] = [];
  const headings = headingsOf(page);
  lines.forEach((line, index) => {
    const { level = 0, title, anchor = '' } = headings[starts.length] ?? {};
    if (line === `${'#'.repeat(level)} ${title}`) starts.push({ level, anchor, line: index });
  });
  return new Map(
    starts.map(({ level, anchor, line }, index) => {
      const end = starts.slice(index + 1).find((other) => other.level <= level)?.line;
      return [anchor, lines.slice(line, end).join('\n')];
    }),
  );
}

/** The first cell of each row of the table that follows a heading. */
const rowsBelow = (page: string, index: number): string[] => {
  const { anchor = '' } = headingsOf(page)[index] ?? {};
  const section = sectionsOf(page).get(anchor) ?? '';
  return [...section.matchAll(/^\| (.+?) \|/gm)].map(([, cell = '']) => cell);
};

describe.each(pages)('the tables of %s', (page) => {
  const text = textOf(page);
  const headings = headingsOf(textOf('README.md'));
  const sections = sectionsOf(text);
  const at = (title: string): number => headings.findIndex((heading) => heading.title === title);

  it('link every command to an example of it', () => {
    let group: string[] = [];
    const found = rowsBelow(text, at('Commands')).flatMap((cell) =>
      [...cell.matchAll(/\[`([^`]+)`\]\(#([^)]+)\)/g)].map(([, name = '', anchor = '']) => {
        if (name.includes(' ')) group = name.split(' ').slice(0, -1);
        const isWhole = table.commands.some(({ path }) => path.join(' ') === name);
        const words = isWhole ? name.split(' ') : [...group, name];
        const examples = fencesOf(sections.get(anchor) ?? '').flatMap(commandLines);
        expect(
          examples.some((example) => words.every((word, index) => example[index] === word)),
          `an example of ${words.join(' ')} below #${anchor}`,
        ).toBe(true);
        return words.join(' ');
      }),
    );
    const all = table.commands.map(({ path }) => path.join(' ')).filter((name) => name !== 'help');
    expect([...new Set(found)].sort()).toEqual(all.sort());
  });

  it('explain errors of STS that the tool explains, too', () => {
    const codes = rowsBelow(text, at('What does this error mean?')).flatMap(
      (cell) => /^`([\w.]+)`$/.exec(cell)?.[1] ?? [],
    );
    expect(codes.length).toBeGreaterThan(5);
    const known = stsErrors.flatMap((error) => error.codes);
    for (const code of codes)
      expect(known.some((one) => one === code || (one.endsWith('.') && code.startsWith(one)))).toBe(true);
  });
});

describe('README.zh-CN.md', () => {
  const [english, chinese] = [textOf('README.md'), textOf('README.zh-CN.md')];
  /** Without what is prose within it. */
  const codeOf = ({ language, text }: Fence): string => {
    if (language === 'text') return text.replace(/[^\n]/g, '');
    return language === 'console' ? text : text.replace(/(^|[ \t]+)(?:#|\/\/) .*$/gm, '');
  };

  it('has the fences of README, but for comments in them', () => {
    const shape = (page: string) => fencesOf(page).map((fence) => `${fence.language}\n${codeOf(fence)}`);
    expect(shape(chinese)).toEqual(shape(english));
  });

  it('has its headings, tables, lists, pictures and links', () => {
    const shape = (page: string) => {
      const headings = headingsOf(page);
      const index = (target: string): string =>
        target.startsWith('#')
          ? `section ${headings.findIndex(({ anchor }) => `#${anchor}` === decodeURIComponent(target))}`
          : target;
      return withoutFences(page)
        .split('\n')
        .flatMap((line) => {
          const links = [...line.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => index(target));
          const kind = /^(?:#+(?= )|\|(?= )|\d+\.(?= )|- |<[^>]+>|!)/.exec(line)?.[0];
          return kind === undefined && links.length === 0 ? [] : [{ kind, links: links.sort() }];
        });
    };
    const kinds = (page: string) => shape(page).flatMap(({ kind }) => kind ?? []);
    expect(kinds(chinese)).toEqual(kinds(english));
    const links = (page: string) =>
      shape(page)
        .flatMap((line) => line.links)
        .filter((target) => !target.startsWith('README'))
        .sort();
    expect(links(chinese)).toEqual(links(english));
  });
});

describe('the console fences of README', async () => {
  const fences = fencesOf(textOf('README.md'));
  const home = scratchFolder();
  const work = join(home, 'work');
  const programs = join(home, 'programs');
  for (const folder of [work, programs]) mkdirSync(folder);
  const program = (name: string, text: string): void => {
    writeFileSync(join(programs, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(programs, name), 0o755);
  };
  program('ack-ram-tool', `exec ${toolCommand.map((word) => `'${word}'`).join(' ')} "$@"`);
  /** A fence that begins with its name as a comment is a file of the folder that the reader works in. */
  const fileOf = ({ text }: Fence): string | undefined => /^# ([\w-]+\.(?:ya?ml|tf))\n/.exec(text)?.[1];
  for (const fence of fences) {
    const name = fileOf(fence);
    if (name !== undefined) writeFileSync(join(work, name), fence.text);
  }
  const env = { HOME: home, PATH: `${programs}:${process.env.PATH}`, LANG: 'C.UTF-8', TZ: 'UTC' };
  const session = new ShellSession({ cwd: work, env });
  afterAll(() => session.close());

  const steps = fences
    .filter(({ language }) => language === 'console')
    .flatMap(({ text, line }) => stepsOf(text).map((step) => ({ line, ...step })));

  /** As the page shows it: at home in `/home/me`. */
  const shownAs = (text: string): string => text.replaceAll(home, '/home/me');

  it.each(steps)(
    'README.md:$line $ $command',
    async ({ command, output }) => {
      const actual = shownAs(await session.run(command, 60_000));
      if (!isAsShown(actual, output)) expect(withoutChance(actual)).toBe(withoutChance(output));
    },
    70_000,
  );
});
