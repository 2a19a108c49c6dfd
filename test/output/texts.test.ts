import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rooms } from '../../src/output/texts/zh.ts';
import { sourceTexts } from './message-templates.ts';

/** Texts that no user reads as a sentence, by file; the reason is plain from the text. */
const untranslated = JSON.parse(
  readFileSync(new URL('../cases/output/untranslated.json', import.meta.url), 'utf8'),
) as Record<string, string[]>;

/** Scripts are for shells; the services of the sandbox answer in the words of the cloud; tables of errors hold both languages. */
const silentFiles =
  /^(?:commands\/completion\/(?:scripts\/|answer)|sandbox\/(?!tour-steps|faults|seed|loopback|server|client|access-log|temporary-folder|cs\/api-server-keys)|output\/(?:texts\/|translate|redact)|rrsa\/[\w-]+-errors?\.ts)/;

/** Command lines: what a user pastes stays as it is. */
const commandLine =
  /^(?:[A-Z_]+=\S+ )?(?:eval "\$\(|source <\()?(?:ack-ram-tool|kubectl|helm|terraform|aliyun) (?:[a-z]|-|$)|^(?:export|unset|set) -?[A-Z{a-z]+[ ={]/;

const { sentences, words } = sourceTexts('src', silentFiles);
const silent = new Set(Object.values(untranslated).flat());
const texts = new Map(
  [...sentences].flatMap(([file, found]) => [...found].map((text): [string, string] => [text, file])),
);
const catalogue: Record<string, string> = Object.assign({}, ...Object.values(rooms));
const keys = Object.keys(catalogue);

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
const patternOf = (template: string): RegExp => new RegExp(`^${template.split('{}').map(escaped).join('(.*?)')}$`);
const holdsWords = (template: string): boolean => /[A-Za-z]{2}/.test(template.replaceAll('{}', ''));
const isSentence = (text: string): boolean => / /.test(text.trim()) && /[a-z]{2}/.test(text);

/** `{} or {}` says nothing of what it joins. */
const joins = (key: string): boolean => /^\{\} \w+ \{\}$/.test(key);

const keyPatterns = keys.filter((key) => key.includes('{}') && holdsWords(key) && !joins(key)).map(patternOf);
const textPatterns = [...texts.keys()].filter((text) => text.includes('{}') && holdsWords(text)).map(patternOf);

/** A key says it: as it stands, behind its subject (`{} is empty`) or before its name (`policy file {}`), or with values that are no sentences. */
function isTranslated(text: string): boolean {
  if ([text, `{} ${text}`, `${text} {}`].some((key) => key in catalogue)) return true;
  return keyPatterns.some((pattern) => {
    const values = pattern.exec(text)?.slice(1);
    return values?.every((value) => !isSentence(value) || isTranslated(value.trim())) ?? false;
  });
}

/** Headings that come from the library of the command line. */
const headings = ['Usage:', 'Commands:'];

/** Some source says it: as it stands, as a predicate, with its values filled in, or as one case of it. */
function isSaid(key: string): boolean {
  const predicate = key.replace(/^\{\} /, '');
  const subject = key.replace(/ \{\}$/, '');
  if ([key, predicate, subject].some((text) => texts.has(text) || words.has(text))) return true;
  if (!holdsWords(key) || headings.includes(key) || joins(key)) return true;
  if (textPatterns.some((pattern) => pattern.test(key))) return true;
  const pattern = patternOf(key);
  return key.includes('{}') && [...texts.keys()].some((text) => pattern.test(text));
}

function placesOf(text: string): number {
  return text.split('{}').length - 1;
}

describe('the Chinese catalogue', () => {
  it('has every sentence of the source', () => {
    const missing = [...texts]
      .filter(([text]) => !silent.has(text) && !commandLine.test(text) && holdsWords(text) && !isTranslated(text))
      .map(([text, file]) => `${file}: ${text}`);
    expect(missing).toEqual([]);
  });

  it('has no sentence that no source says any more', () => {
    expect(keys.filter((key) => !isSaid(key))).toEqual([]);
  });

  it('has each sentence in one room only', () => {
    const all = Object.values(rooms).flatMap((room) => Object.keys(room));
    expect(all.filter((key, index) => all.indexOf(key) !== index)).toEqual([]);
  });

  it('uses every value of a sentence in its translation, once', () => {
    const wrong = Object.entries(catalogue).filter(([english, chinese]) => {
      const places = placesOf(english);
      if (/\{\d\}/.test(chinese)) {
        const used = [...chinese.matchAll(/\{(\d?)\}/g)].map(([, number]) => Number(number)).sort();
        return used.join() !== Array.from({ length: places }, (_, index) => index + 1).join();
      }
      return placesOf(chinese) !== places;
    });
    expect(wrong).toEqual([]);
  });

  it('keeps flags, variables and what stands in backticks as they are', () => {
    const fixed = /`[^`]*`|(?<![\w-])--?[a-z][a-z-]+|\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/g;
    const wrong = Object.entries(catalogue).filter(([english, chinese]) =>
      (english.match(fixed) ?? []).some((part) => !chinese.includes(part)),
    );
    expect(wrong).toEqual([]);
  });

  it('lists no text as untranslated that no source has any more, or that is translated', () => {
    expect([...silent].filter((text) => !texts.has(text) || text in catalogue)).toEqual([]);
  });
});
