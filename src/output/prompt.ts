import { ToolError } from '../errors.ts';
import type { InputStream, Io } from '../io.ts';
import type { Confirm } from '../rrsa/report.ts';
import type { Colour } from './colour.ts';
import { asIs, type Translate } from './language.ts';
import { stripControl } from './plain.ts';

export interface ConfirmOptions {
  io: Pick<Io, 'stdin' | 'stderr' | 'signal'>;
  /** Agrees to everything without asking. */
  assumeYes: boolean;
  colour: Colour;
  /** Default: English. */
  translate?: Translate | undefined;
}

interface Key {
  name?: string | undefined;
  ctrl?: boolean | undefined;
}

/** Hears Esc, Ctrl-D and the end of the input, which the prompt library leaves unanswered. */
function onRefusal(input: InputStream, refuse: () => void): () => void {
  const onKey = (_: unknown, key: Key | undefined): void => {
    if (key?.name === 'escape' || (key?.ctrl === true && key.name === 'd')) refuse();
  };
  const onEnd = (): void => {
    // Readline gives the terminal its old mode back, and of one that is gone that would be an error nobody can catch.
    input.setRawMode = () => input;
    refuse();
  };
  input.on('keypress', onKey).on('end', onEnd).on('close', onEnd);
  return () => input.off('keypress', onKey).off('end', onEnd).off('close', onEnd);
}

/**
 * Asks yes or no (no is the default) on stderr, when stdin and stderr are terminals.
 * The returned function throws `DECLINED` for no, Esc and the end of the input, `INTERRUPTED` for Ctrl-C,
 * `PROMPT_NEEDED` where nobody can be asked, and the signal's reason when it is aborted.
 */
export function createConfirm({ io, assumeYes, colour, translate = asIs }: ConfirmOptions): Confirm {
  return async (question) => {
    if (assumeYes) return;
    const message = stripControl(question);
    if (io.stdin.isTTY !== true || io.stderr.isTTY !== true) {
      throw new ToolError('PROMPT_NEEDED', `no terminal to ask on: ${message}`, { hint: 'pass --assume-yes' });
    }
    io.signal.throwIfAborted();
    const { confirm } = await import('@inquirer/prompts');
    const refused = new AbortController();
    const stopListening = onRefusal(io.stdin, () => refused.abort());
    const theme = {
      prefix: { idle: colour.cyan('?'), done: colour.green('?') },
      style: {
        message: colour.bold,
        answer: colour.cyan,
        defaultAnswer: (text: string) => colour.dim(`(${text})`),
      },
    };
    let agreed = false;
    try {
      agreed = await confirm(
        { message: translate(message), default: false, theme },
        { input: io.stdin, output: io.stderr, signal: AbortSignal.any([io.signal, refused.signal]) },
      );
    } catch (error) {
      io.signal.throwIfAborted();
      if (error instanceof Error && error.name === 'ExitPromptError') {
        throw new ToolError('INTERRUPTED', 'interrupted at the prompt');
      }
      if (!refused.signal.aborted) throw error;
    } finally {
      stopListening();
    }
    if (!agreed) throw new ToolError('DECLINED', 'declined at the prompt, nothing was changed');
  };
}
