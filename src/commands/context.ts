/** What a command needs of the outside, made from its flags: terminal, credentials, cloud. */
import type { CloudOptions } from '../cloud/clients.ts';
import type { CloudService } from '../errors.ts';
import type { Io } from '../io.ts';
import { colourFor } from '../output/colour.ts';
import { formatJson } from '../output/json.ts';
import { createConfirm } from '../output/prompt.ts';
import type { Presenter } from '../output/results/presenter.ts';
import { createProgress } from '../output/spinner.ts';
import { createReport } from '../output/terminal.ts';
import type { Confirm, Report } from '../rrsa/report.ts';
import { type Caller, createCaller } from './caller.ts';
import type { CommandInput } from './spec.ts';

export interface Context extends Caller {
  report: Report;
  confirm: Confirm;
  /** Has `listener` told which service throttles, as soon as it does. */
  onThrottled(listener: (service: CloudService) => void): void;
  /** `-o json`. */
  json: boolean;
  /** Prints a result on stdout in the format asked for; JSON on a single `line` for commands that loop. */
  print<T>(result: T, presenter: Presenter<T>, line?: boolean): void;
}

/** @throws ToolError `USAGE` for a malformed `--role-arn` or session flag; nothing is called yet. */
export async function createContext(
  input: CommandInput,
  io: Io,
  defaults: Partial<CloudOptions> = {},
): Promise<Context> {
  const { spec, flags, translate } = input;
  const colour = await colourFor(io.stderr, io.env);
  const throttleListeners: ((service: CloudService) => void)[] = [];
  const onThrottled = (service: CloudService): void => {
    for (const listener of throttleListeners) listener(service);
  };
  const caller = createCaller(input, io, { onThrottled, ...defaults }, colour);
  const { log } = caller;
  const progress = createProgress({ io, colour, log, translate, now: io.now });
  const formatDiff = spec.changes ? await (await import('../output/diff.ts')).loadDocumentDiff() : undefined;
  const json = flags.string('output') === 'json';
  return {
    ...caller,
    onThrottled: (listener) => throttleListeners.push(listener),
    report: createReport({ io, log, colour, progress, formatDiff, translate }),
    confirm: createConfirm({ io, assumeYes: flags.boolean('assume-yes'), colour, translate }),
    json,
    print(result, presenter, line = false) {
      const dryRun = flags.boolean('dry-run');
      io.stdout.write(
        json ? formatJson(presenter.json(result), { line }) : presenter.text(result, { dryRun, translate }),
      );
    },
  };
}
