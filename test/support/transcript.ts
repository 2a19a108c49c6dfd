import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

/** A command of a console fence, and what it prints to both streams. */
export interface Step {
  command: string;
  output: string;
}

/**
 * `$ ` begins a command; a line after it that begins with `> `, or comes after a backslash, goes on with it. The other
 * lines are what it prints.
 */
export function stepsOf(fence: string): Step[] {
  const steps: Step[] = [];
  let isOpen = false;
  for (const line of fence.trimEnd().split('\n')) {
    const last = steps.at(-1);
    if (line.startsWith('$ ')) {
      steps.push({ command: line.slice(2), output: '' });
      isOpen = true;
    } else if (last === undefined) throw new Error(`a transcript must begin with a command, not with ${line}`);
    else if (isOpen && line.startsWith('> ')) last.command += `\n${line.slice(2)}`;
    else if (isOpen && last.command.endsWith('\\')) last.command += `\n${line}`;
    else {
      last.output += `${line}\n`;
      isOpen = false;
    }
  }
  return steps;
}

/** What is different from run to run. A page shows an example of each, or `…` for what is too long to be shown. */
const kinds: readonly [RegExp, string][] = [
  [/\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})/g, '<time>'],
  [/\b\d{8}T\d{6}Z-(?<name>[\w-]+)-[0-9a-f]{8}\.json/g, '<time>-$<name>-<random>.json'],
  [/\b[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}\b/gi, '<request id>'],
  [/\bT-[0-9a-f]{24}\b/g, '<task id>'],
  [/\bSTS\.\w+/g, '<access key id>'],
  [/\b127\.0\.0\.1:\d+/g, '<loopback>'],
  [/\b\d+(?:\.\d+)? ?(?:ms|s|seconds?)\b/g, '<seconds>'],
  [/ +$/gm, ''],
];

/** The text with what differs from run to run replaced by the name of its kind. */
export const withoutChance = (text: string): string =>
  kinds.reduce((result, [pattern, name]) => result.replace(pattern, name), text);

/**
 * Whether `actual` is what a page says: the same but for what differs from run to run. `…` stands for any part of a
 * line, and alone on a line for any number of lines.
 */
export function isAsShown(actual: string, shown: string): boolean {
  const lines = withoutChance(shown)
    .split('\n')
    .map((line) => (line.trim() === '…' ? '(?:.*\n)*?' : `${line.split('…').map(escapeForPattern).join('.+')}\n`));
  return new RegExp(`^${lines.join('').trimEnd()}\n*$`).test(withoutChance(actual));
}

const escapeForPattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** A shell that commands are typed into one after the other, as by a reader of a page; also into shells that they start. */
export class ShellSession {
  readonly #shell: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<void>;
  #heard = '';
  #isOver = false;
  #wake: () => void = () => {};
  #count = 0;

  constructor(options: { cwd: string; env: Record<string, string | undefined> }) {
    this.#shell = spawn('bash', ['--noprofile', '--norc'], { ...options, detached: true });
    this.#ended = new Promise((resolve) => {
      this.#shell.on('close', () => {
        this.#isOver = true;
        resolve();
        this.#wake();
      });
    });
    this.#shell.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#heard += text;
      this.#wake();
    });
    this.#shell.stdin.on('error', () => {});
    this.#shell.stdin.write('exec 2>&1\n');
  }

  /** What the command prints, to both streams. @throws Error when the shell ends, or the command does not. */
  async run(command: string, timeoutMs: number): Promise<string> {
    const sign = `<<end of command ${this.#count++}>>`;
    this.#heard = '';
    this.#shell.stdin.write(`${command}\necho '${sign}'\n`);
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#wake();
    }, timeoutMs);
    while (!this.#heard.includes(sign)) {
      if (this.#isOver) throw new Error(`the shell ended with: ${this.#heard}`);
      if (isLate) throw new Error(`this does not end: ${command}\n${this.#heard}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    clearTimeout(timer);
    return this.#heard.slice(0, this.#heard.indexOf(sign));
  }

  /** Ends the shell, and what it left running. */
  async close(): Promise<void> {
    this.#shell.stdin.end('exit 0\n');
    const timer = setTimeout(() => process.kill(-(this.#shell.pid ?? 0), 'SIGKILL'), 10_000);
    await this.#ended;
    clearTimeout(timer);
  }
}
