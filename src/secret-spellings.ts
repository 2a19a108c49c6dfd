const shortestForBase64 = 8;

/**
 * The ways in which a secret stands in texts of others: as it is, percent-encoded once and twice, within JSON, and (plain
 * or percent-encoded) within the base64 of a longer text, by how many bytes of that come before it. Longest first.
 */
export function secretSpellings(secret: string): string[] {
  const encoded = encodeURIComponent(secret.replace(/\p{Cs}/gu, ''));
  const spellings = [secret, encoded, encodeURIComponent(encoded), JSON.stringify(secret).slice(1, -1)];
  if (secret.length >= shortestForBase64) {
    for (const text of new Set([secret, encoded])) {
      spellings.push(...[0, 1, 2].flatMap((before) => base64Within(text, before)));
    }
  }
  return [...new Set(spellings)].sort((one, other) => other.length - one.length);
}

/** Without the characters at both ends that depend on what is around it. */
function base64Within(secret: string, before: number): string[] {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
  const text = bytes.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
  return [text, text.replaceAll('+', '-').replaceAll('/', '_')];
}
