import { inspect } from 'node:util';
import { CloudApiError, type CloudApiFacts, ToolError } from '../errors.ts';
import { version } from '../version.ts';
import type { Colour } from './colour.ts';
import { asIs, type Translate } from './language.ts';
import { stripControl } from './plain.ts';
import { redact as redactByShape } from './redact.ts';

export interface ErrorOptions {
  /** For stderr. Default: none. */
  colour?: Colour | undefined;
  /** Default: masks what looks like a secret. */
  redact?: ((text: string) => string) | undefined;
  /** Of messages and hints; the lines of an API error stay as they are. Default: English. */
  translate?: Translate | undefined;
  /** The command line, for what to send with a report of an internal error. */
  command?: readonly string[] | undefined;
}

/** The refusal by a cloud service behind an error: the error itself, or what caused it. */
export function apiFactsOf(error: unknown): CloudApiFacts | undefined {
  let link = error;
  for (let depth = 0; depth < 8 && link instanceof Error; depth += 1) {
    if (link instanceof CloudApiError) return link.api;
    link = link.cause;
  }
  return undefined;
}

/** As the official SDKs put it: `code: 403, <message> request id: <id>`. */
function sdkMessage({ httpStatus, apiMessage, requestId }: CloudApiFacts): string {
  const start = `code: ${httpStatus},`;
  const message = apiMessage.startsWith(start) ? apiMessage : `${start} ${apiMessage}`;
  return requestId === undefined || message.includes(requestId) ? message : `${message} request id: ${requestId}`;
}

function sdkErrorLines(api: CloudApiFacts): string[] {
  return [
    'SDKError:',
    `   StatusCode: ${api.httpStatus}`,
    `   Code: ${stripControl(api.apiCode)}`,
    `   Message: ${stripControl(sdkMessage(api))}`,
    `   Data: ${stripControl(JSON.stringify(api.data ?? {}))}`,
  ];
}

/** What was thrown, for a fault of this tool: the stack where there is one. */
function describeFault(error: unknown): { message: string; stack: string[] } {
  if (!(error instanceof Error)) {
    return { message: `thrown: ${inspect(error, { depth: 2, maxStringLength: 1000 })}`, stack: [] };
  }
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { message: `${error.name}: ${error.message}`, stack: frames.map((frame) => `   ${frame.trim()}`) };
}

function quoteArgument(argument: string): string {
  return /^[\w@%+=:,./*-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

/** A child's arguments are not ours to show. */
function formatCommand(argv: readonly string[]): string {
  const end = argv.indexOf('--');
  const own = end === -1 ? argv.map(quoteArgument) : [...argv.slice(0, end).map(quoteArgument), '-- …'];
  return ['ack-ram-tool', ...own].join(' ');
}

function faultLines(error: unknown, options: ErrorOptions): string[] {
  const { translate = asIs, command } = options;
  const { message, stack } = describeFault(error);
  return [
    labelled('error:', translate(`internal error: ${stripControl(message)}`), options),
    ...stack.map((frame) => stripControl(frame)),
    translate(`   version: ack-ram-tool ${version}`),
    ...(command === undefined ? [] : [translate(`   command: ${stripControl(formatCommand(command))}`)]),
    labelled(
      'hint:',
      translate('this is a fault of ack-ram-tool itself; report it with all of the lines above'),
      options,
    ),
  ];
}

/** A full-width colon needs no space behind it. */
function labelled(label: 'error:' | 'hint:', text: string, { colour, translate = asIs }: ErrorOptions): string {
  const own = translate(label);
  const paint = label === 'error:' ? colour?.red : colour?.bold;
  return `${paint?.(own) ?? own}${own.endsWith(':') ? ' ' : ''}${text}`;
}

/**
 * The block that ends a failed command on stderr: `error:`, for a refusal by a cloud service the `SDKError:` lines,
 * then `hint:` where there is one. What is no `ToolError` is shown as a fault of the tool, with its stack.
 */
export function formatError(error: unknown, options: ErrorOptions = {}): string {
  const { redact = redactByShape } = options;
  const lines = error instanceof ToolError ? errorLines(error, options) : faultLines(error, options);
  return lines.map((line) => `${redact(line)}\n`).join('');
}

/** Lines after the first are indented, so that no text from elsewhere can look like a line of ours. */
function furtherLines(text: string): string {
  return stripControl(text, '\n').replace(/\n(?! )/g, '\n   ');
}

function errorLines(error: ToolError, options: ErrorOptions): string[] {
  const { translate = asIs, redact = redactByShape } = options;
  const api = apiFactsOf(error);
  const line = (label: 'error:' | 'hint:', text: string): string =>
    labelled(label, furtherLines(translate(redact(text))), options);
  return [
    line('error:', error.message),
    ...(api === undefined ? [] : sdkErrorLines(api)),
    ...(error.hint === undefined ? [] : [line('hint:', error.hint)]),
  ];
}

/** An error within a log line, where the work goes on: `SDKError:` and its lines, or the message; then the hint. */
export function formatErrorForLog(error: ToolError): string {
  const api = apiFactsOf(error);
  const lines = api === undefined ? [stripControl(error.message)] : sdkErrorLines(api);
  return [...lines, ...(error.hint === undefined ? [] : [`   hint: ${stripControl(error.hint)}`])].join('\n');
}

/** An API's own words, without what the SDKs put around them; where there is no `SDKError:` block to hold them. */
function withApiWords(message: string, api: CloudApiFacts | undefined): string {
  const words = api?.apiMessage.replace(/^code: \d+, /, '').replace(/ request id: .*$/, '') ?? '';
  return words === '' || message.includes(words) ? message : `${message}: ${words}`;
}

/** The last line of stderr with `-o json`: one line of JSON; facts that an error does not have are null. */
export function errorJson(error: unknown, options: Pick<ErrorOptions, 'redact'> = {}): string {
  const redact = options.redact ?? redactByShape;
  const text = (value: string | undefined): string | null => (value === undefined ? null : redact(stripControl(value)));
  const api = apiFactsOf(error);
  const known = error instanceof ToolError;
  return `${JSON.stringify({
    schemaVersion: 1,
    error: {
      code: known ? error.code : 'INTERNAL',
      message: text(known ? withApiWords(error.message, api) : describeFault(error).message),
      hint: text(known ? error.hint : undefined),
      service: api?.service ?? null,
      action: text(api?.action),
      apiCode: text(api?.apiCode),
      httpStatus: api?.httpStatus ?? null,
      requestId: text(api?.requestId),
    },
  })}\n`;
}
