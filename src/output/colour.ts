import type { Env, OutputStream } from '../io.ts';

type Style = (text: string) => string;

/** The few colours of this tool. Where colour is off they give the text back. */
export interface Colour {
  readonly enabled: boolean;
  readonly bold: Style;
  readonly dim: Style;
  readonly red: Style;
  readonly green: Style;
  readonly yellow: Style;
  readonly cyan: Style;
}

function wanted(stream: OutputStream, env: Env): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR.toLowerCase() !== 'false';
  return env.TERM !== 'dumb' && stream.isTTY === true;
}

const asItIs: Style = (text) => text;

/** No colours. */
export const plain: Colour = {
  enabled: false,
  bold: asItIs,
  dim: asItIs,
  red: asItIs,
  green: asItIs,
  yellow: asItIs,
  cyan: asItIs,
};

/**
 * Colours for one stream. `NO_COLOR` beats `FORCE_COLOR` (`0` and `false` mean off), both only when not empty; else
 * whether the stream is a terminal other than `TERM=dumb`. Without colour nothing is loaded.
 */
export async function colourFor(stream: OutputStream, env: Env): Promise<Colour> {
  if (!wanted(stream, env)) return plain;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  return {
    enabled: true,
    // Of one text each: chalk would join whatever else a caller such as `map` passes.
    bold: (text) => chalk.bold(text),
    dim: (text) => chalk.dim(text),
    red: (text) => chalk.red(text),
    green: (text) => chalk.green(text),
    yellow: (text) => chalk.yellow(text),
    cyan: (text) => chalk.cyan(text),
  };
}
