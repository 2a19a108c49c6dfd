import { type Agent, request as httpsRequest } from 'node:https';

export interface KubeAnswer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever document the server sends
  body: any;
}

/** One request; a body is sent as JSON. */
export function sendToServer(
  agent: Agent,
  url: string,
  method: string,
  body?: unknown,
  bearer?: string,
): Promise<KubeAnswer> {
  return new Promise((resolve, reject) => {
    // No `accept: application/json`: the server refuses to send its keys to who wants nothing but that.
    const headers = {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    };
    const outgoing = httpsRequest(url, { method, agent, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => (text += part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: parsed(text) }));
    });
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Health paths answer text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
