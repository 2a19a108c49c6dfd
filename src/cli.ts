/** `main(argv, io)` → exit code; the one place where an error becomes text and a number. */
import { langOnSight } from './commands/lang.ts';
import { canonicalArgv, type NormalForm, normalize } from './commands/normalize.ts';
import { readFlags } from './commands/options.ts';
import type { CommandSpec, CommandTable } from './commands/spec.ts';
import { hotTableFor } from './commands/table/hot.ts';
import { ToolError, usageError } from './errors.ts';
import { type Io, OutputFailure } from './io.ts';
import { type Translate, translatorFor } from './output/language.ts';
import { version } from './version.ts';

/** How long a command that was interrupted may still take to say what it has done, in milliseconds. */
const interruptGraceMs = 1_000;

/** What is known of a command line that failed. */
interface Seen {
  spec?: CommandSpec;
  /** Without the words of a child, which are not ours to show. */
  own: readonly string[];
  /** Masks the secrets that it came to know. Absent: none, and what looks like a secret is masked all the same. */
  redact?: (text: string) => string;
}

async function run(argv: readonly string[], io: Io, given: CommandTable | undefined, seen: Seen): Promise<number> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) return printVersion(io);
  if (argv[0] === '__complete') return (await import('./commands/completion/answer.ts')).answer(argv.slice(1), io);
  const hot = given === undefined ? normalizeHot(argv) : undefined;
  const table = given ?? (hot === undefined ? await wholeTable() : noTable);
  if (argv[0] === 'help' && argv[1] !== 'permissions')
    return printHelp(normalize([...argv.slice(1), '--help'], table), io, table, await translator(argv, io));
  const normal = hot ?? normalize(argv, table);
  if (normal.version && normal.path.length === 0) return printVersion(io);
  if (normal.help || normal.spec === undefined) return printHelp(normal, io, table, await translator(argv, io));
  seen.spec = normal.spec;
  if (normal.spec.passThrough) seen.own = argv.slice(0, argv.length - normal.args.length);
  return dispatch(normal, io, seen);
}

const noTable: CommandTable = { groups: [], commands: [] };

async function wholeTable(): Promise<CommandTable> {
  return (await import('./commands/table.ts')).table;
}

/** Absent for what needs the whole table: other commands, help, and what is wrong, which is to be said by all that is known. */
function normalizeHot(argv: readonly string[]): NormalForm | undefined {
  const table = hotTableFor(argv);
  if (table === undefined) return undefined;
  try {
    const normal = normalize(argv, table);
    return normal.help ? undefined : normal;
  } catch {
    return undefined;
  }
}

function printVersion(io: Io): number {
  io.stdout.write(`ack-ram-tool ${version}\n`);
  return 0;
}

const translator = (argv: readonly string[], io: Io): Promise<Translate> => translatorFor(langOnSight(argv, io.env));

async function printHelp(normal: NormalForm, io: Io, table: CommandTable, translate: Translate): Promise<number> {
  const { helpText } = await import('./commands/help/page.ts');
  if (normal.spec === undefined && normal.args.length > 0) throw usageError(`unexpected argument ${normal.args[0]}`);
  io.stdout.write(await helpText(normal, table, io, translate));
  return 0;
}

interface Parsed {
  spec: CommandSpec;
  flags: NormalForm['flags'];
  args: readonly string[];
}

async function parse(normal: NormalForm, io: Io): Promise<Parsed> {
  const { parseCanonical } = await import('./commands/program.ts');
  const parsed = await parseCanonical(canonicalArgv(normal), normal, io);
  return requireNoMore(parsed.spec, parsed);
}

/** No more arguments than the command takes. */
function requireNoMore(spec: CommandSpec, { flags, args }: Pick<NormalForm, 'flags' | 'args'>): Parsed {
  const surplus = args[spec.args?.max ?? 0];
  if (surplus !== undefined) {
    const hint = `see \`ack-ram-tool ${spec.path.join(' ')} --help\``;
    throw usageError(`unexpected argument ${JSON.stringify(surplus)}`, hint);
  }
  return { spec, flags, args };
}

async function dispatch(normal: NormalForm, io: Io, seen: Seen): Promise<number> {
  const { spec, flags, args } = normal.spec?.hot ? requireNoMore(normal.spec, normal) : await parse(normal, io);
  const translate = await translator(seen.own, io);
  const input = {
    spec,
    flags: readFlags(spec, flags, io, (message) => io.stderr.write(translate(`warning: ${message}\n`))),
    args,
    translate,
    onRedact: (redact: (text: string) => string) => {
      seen.redact = redact;
    },
  };
  if (input.flags.boolean('emit-policy')) {
    const { emitPolicy } = await import('./commands/permissions/emit-policy.ts');
    return emitPolicy(input, io);
  }
  const command = await spec.load();
  return raceInterrupt(command.run(input, io), io);
}

/** A command that is interrupted stops at once; it gets a moment to say how far it came. */
async function raceInterrupt(running: Promise<number>, io: Io): Promise<number> {
  let onAbort = (): void => {};
  const interrupted = new Promise<never>((_, reject) => {
    onAbort = () => {
      const timer = setTimeout(() => reject(io.signal.reason), interruptGraceMs);
      running.catch(() => {}).finally(() => clearTimeout(timer));
    };
    if (io.signal.aborted) onAbort();
    else io.signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([running, interrupted]);
  } catch (error) {
    throw io.signal.aborted && !(error instanceof ToolError) ? io.signal.reason : error;
  } finally {
    io.signal.removeEventListener('abort', onAbort);
  }
}

/** `-o json` as far as can be told from a command line that may not parse. Never where stdout is a protocol. */
function wantsJson(argv: readonly string[], io: Io, spec: CommandSpec | undefined): boolean {
  if (spec !== undefined && spec.outputs === undefined) return false;
  const end = argv.indexOf('--');
  const own = end === -1 ? argv : argv.slice(0, end);
  const text = own.join('\n');
  if (/(?:^|\n)(?:--output[=\n]|-o=?\n?)json(?:\n|$)/i.test(text)) return true;
  if (/(?:^|\n)(?:--output(?:[=\n])|-o)/.test(text)) return false;
  return io.env.ACK_RAM_TOOL_OUTPUT?.toLowerCase() === 'json';
}

/**
 * Runs one command line.
 * @param argv without the runtime and the script
 * @returns the exit code of the process; never throws
 */
export async function main(argv: readonly string[], io: Io, table?: CommandTable): Promise<number> {
  const seen: Seen = { own: argv };
  try {
    const code = await run(argv, io, table, seen);
    // A full disk must not end as "done".
    await io.outputWritten();
    return code;
  } catch (thrown) {
    const failure = await io.outputWritten().then(
      () => thrown,
      (reason: unknown) => reason,
    );
    // Nobody is left to be told that nobody reads.
    if (failure instanceof OutputFailure && failure.exitCode === 0) return 0;
    const { withHint } = await import('./commands/error-hint.ts');
    const lang = langOnSight(seen.own, io.env);
    const error = withHint(failure, lang);
    const { errorJson, formatError } = await import('./output/error-block.ts');
    const { colourFor } = await import('./output/colour.ts');
    const colour = await colourFor(io.stderr, io.env);
    const { own: command, redact } = seen;
    io.stderr.write(formatError(error, { command, colour, redact, translate: await translatorFor(lang) }));
    if (wantsJson(argv, io, seen.spec)) io.stderr.write(errorJson(withHint(failure, 'en'), { redact }));
    return error instanceof ToolError ? error.exitCode : 1;
  }
}
