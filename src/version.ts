declare const __VERSION__: string;

/** The version of this build, from package.json. */
export const version: string = __VERSION__;

/** What this tool calls itself where it asks. */
export const userAgent = `ack-ram-tool/${version}`;
