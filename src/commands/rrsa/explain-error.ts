import { ToolError, usageError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { formatJson } from '../../output/json.ts';
import { stripControl } from '../../output/plain.ts';
import { redact } from '../../output/redact.ts';
import { explainErrorPresenter } from '../../output/results/explain-error.ts';
import { explainPasted } from '../../rrsa/pasted-error.ts';
import { langOf } from '../lang.ts';
import { readStdin } from '../read-stdin.ts';
import type { CommandInput } from '../spec.ts';

const mostKib = 64;
const mostBytes = mostKib * 1024;

const howToPass = 'pass it in quotes, or by a pipe: kubectl logs POD_NAME | ack-ram-tool rrsa explain-error';

export async function run({ flags, args }: CommandInput, io: Io): Promise<number> {
  if (args.length > 1) throw usageError('more than one text is given', 'put the text in quotes, or pass it by a pipe');
  const text = harmless(await readPasted(args[0], io));
  if (text.trim() === '') throw new ToolError('FILE_INVALID', 'there is no text to explain', { hint: howToPass });
  const json = flags.string('output') === 'json';
  const explanation = explainPasted(text, json ? 'en' : langOf(flags, io.env));
  if (json) io.stdout.write(formatJson(explainErrorPresenter.json(explanation)));
  if (!explanation.found) throw unknown(explanation.code);
  if (!json) io.stdout.write(explainErrorPresenter.text(explanation));
  return 0;
}

/** @throws ToolError `USAGE` where there is nothing to read, and for more than a person would paste. */
async function readPasted(argument: string | undefined, { stdin }: Io): Promise<string> {
  if (argument === undefined && stdin.isTTY === true) {
    throw usageError('there is no text to explain', howToPass);
  }
  const bytes = argument === undefined || argument === '-' ? await readStdin(stdin, mostBytes) : Buffer.from(argument);
  if (bytes.length <= mostBytes) return new TextDecoder().decode(bytes);
  throw usageError(
    `the text is longer than ${mostKib} KiB`,
    'pass the lines of the error only, such as those of kubectl logs --tail=100',
  );
}

const privateKey = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[^-]*(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----)?/g;

/** Without secrets and control characters, and with as many lines as before. */
function harmless(text: string): string {
  const kept = stripControl(text, '\n\t').replace(privateKey, (key) => `***${key.replace(/[^\n]+/g, '')}`);
  return redact(kept);
}

function unknown(code: string | undefined): ToolError {
  const message =
    code === undefined
      ? 'no error that is known here is in the text'
      : `the error ${code} is not one that is known here`;
  return new ToolError('FILE_INVALID', message, {
    hint: 'paste the whole error with its code and its message; known are those of STS, RAM, Container Service, and of pods, kubectl and webhooks on the way to them',
  });
}
