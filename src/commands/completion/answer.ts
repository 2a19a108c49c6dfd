/**
 * `__complete`, which the scripts of the shells ask at every TAB: hidden, quick, and silent on any error.
 *
 *     __complete [--no-descriptions] bash COLUMNS COMP_WORDBREAKS LINE     LINE: up to the cursor
 *     __complete [--no-descriptions] zsh|fish -- WORD...                   without the command, the last one up to the cursor
 *     __complete [--no-descriptions] powershell .WORD...                   the same; a dot, since it drops empty words
 *
 * The first line says what follows: `:words`, then one candidate a line as `answer-text.ts` has it; or, alone,
 * `:files N` and `:folders N` (of which the first N characters of the word are no part), or `:child N` (the command
 * line of a child begins with word N, for bash behind character N of the line).
 */
import type { Io } from '../../io.ts';
import { translatorFor } from '../../output/language.ts';
import { langOnSight } from '../lang.ts';
import { table } from '../table.ts';
import { bashLines, fishLines, harmless, powershellLines, zshLines } from './answer-text.ts';
import { type BashLine, readBashLine } from './bash-line.ts';
import { type Candidate, type Completion, complete } from './complete.ts';
import { isShell, type Shell } from './shells.ts';

interface Question {
  shell: Shell;
  descriptions: boolean;
  words: readonly string[];
  /** Of bash only. */
  line?: BashLine;
  columns: number;
}

/** Always 0, and nothing on stderr: whoever types sees either candidates or nothing. */
export async function answer(argv: readonly string[], io: Io): Promise<number> {
  try {
    const question = readQuestion(argv);
    if (question !== undefined) {
      const completion = complete(question.words, table);
      io.stdout.write(`${(await linesFor(completion, question, io)).join('\n')}\n`);
    }
  } catch {
    // Without an answer nothing is completed.
  }
  return 0;
}

function readQuestion(argv: readonly string[]): Question | undefined {
  const descriptions = argv[0] !== '--no-descriptions';
  const [shell, ...rest] = descriptions ? argv : argv.slice(1);
  if (!isShell(shell)) return undefined;
  const base = { shell, descriptions, columns: 0 };
  if (shell === 'powershell') return { ...base, words: rest.map((word) => word.slice(1)) };
  if (shell !== 'bash') return { ...base, words: rest.slice(1) };
  const [columns = '0', wordBreaks = '', text = ''] = rest;
  const line = readBashLine(text, wordBreaks);
  return { ...base, words: line.words.slice(1), line, columns: Number(columns) || 0 };
}

async function linesFor(completion: Completion, question: Question, io: Io): Promise<string[]> {
  const { words, line } = question;
  switch (completion.kind) {
    case 'files':
    case 'folders':
      return [`:${completion.kind} ${completion.prefix.length}`];
    case 'child':
      return [`:child ${line === undefined ? completion.at : (line.ends[completion.at] ?? 0)}`];
    case 'live': {
      const { liveValues } = await import('./live-values.ts');
      return [':words', ...candidateLines(await liveValues(completion, io), question)];
    }
    case 'words': {
      const translate = question.descriptions ? await translatorFor(langOnSight(words, io.env)) : undefined;
      const said = completion.candidates.map(({ value, description }) => ({
        value,
        description: description === '' ? '' : (translate?.(description) ?? ''),
      }));
      return [':words', ...candidateLines(said, question)];
    }
  }
}

function candidateLines(all: readonly Candidate[], { shell, descriptions, words, line, columns }: Question): string[] {
  const shown = descriptions ? all : all.map(({ value }) => ({ value, description: '' }));
  const candidates = harmless(shown);
  if (shell === 'fish') return fishLines(candidates);
  if (shell === 'zsh') return zshLines(candidates);
  if (line === undefined) return powershellLines(candidates, words.at(-1) ?? '');
  return bashLines(candidates, line, columns);
}
