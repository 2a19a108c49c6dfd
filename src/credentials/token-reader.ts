/** A token that is looked at before it is used. */
export interface TokenReader {
  /** A token to use: the one that was looked at last, if it was not used yet, else one that is read afresh. */
  take(): Promise<string>;
  /** A token that is read afresh, and kept for the next `take`: a pipe can be read only once. */
  peek(): Promise<string>;
}

export function createTokenReader(read: () => Promise<string>): TokenReader {
  let unused: string | undefined;
  return {
    async take() {
      const token = unused ?? (await read());
      unused = undefined;
      return token;
    },
    async peek() {
      unused = await read();
      return unused;
    },
  };
}
