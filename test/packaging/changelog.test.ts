import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const changelog = readFileSync(new URL('CHANGELOG.md', root), 'utf8');
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));

const categories = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];

/** The sections of the versions, the newest first: what stands behind `## `, and the text below. */
const sections = changelog
  .split(/^## /m)
  .slice(1)
  .map((section) => ({ heading: section.slice(0, section.indexOf('\n')), text: section.slice(section.indexOf('\n')) }));

/** The versions that were released, the newest first. */
const released = sections.slice(1).map(({ heading }) => {
  const [, number = '', date = ''] =
    /^\[(\d+\.\d+\.\d+(?:-[\w.]+)?)\] - (\d{4}-\d{2}-\d{2})(?: \[YANKED\])?$/.exec(heading) ?? [];
  return { heading, number, date };
});

/** A version without what follows the dash, as one number. */
const orderOf = (number: string): number =>
  number
    .split('-')[0]
    ?.split('.')
    .reduce((sum, part) => sum * 10_000 + Number(part), 0) ?? 0;

describe('CHANGELOG.md', () => {
  it('has the form of Keep a Changelog, and says so', () => {
    expect(changelog).toMatch(/^# Changelog\n\n/);
    expect(changelog).toContain('(https://keepachangelog.com/en/1.1.0/)');
    expect(changelog).toContain('(https://semver.org/spec/v2.0.0.html)');
    expect(sections[0]?.heading).toBe('[Unreleased]');
  });

  it('gives every release a version and a day, the newest first', () => {
    for (const { heading, number, date } of released) {
      expect(number, heading).not.toBe('');
      expect(new Date(`${date}T00:00:00Z`).toISOString().slice(0, 10)).toBe(date);
    }
    const orders = released.map(({ number }) => orderOf(number));
    expect(orders).toEqual([...orders].sort((a, b) => b - a));
    const days = released.map(({ date }) => date);
    expect(days).toEqual([...days].sort().reverse());
    expect(new Set(released.map(({ number }) => number)).size).toBe(released.length);
  });

  it('knows the version of package.json, or that one is still to be released', () => {
    const newest = released[0]?.number;
    if (newest !== undefined && newest !== version) expect(orderOf(version)).toBeGreaterThan(orderOf(newest));
  });

  it('has in each version its six categories only, each once, in order, with something in it', () => {
    for (const { heading, text } of sections) {
      const parts = text.split(/^### /m).slice(1);
      const titles = parts.map((part) => part.slice(0, part.indexOf('\n')));
      expect(titles, heading).toEqual(categories.filter((category) => titles.includes(category)));
      for (const part of parts) expect(part, heading).toMatch(/^\w+\n\n- \S/);
    }
  });

  it('has one sentence or more an entry, each a line of its own, none twice', () => {
    const entries = sections.flatMap(({ text }) => text.split('\n').filter((line) => line.startsWith('- ')));
    expect(entries.length).toBeGreaterThan(0);
    for (const entry of entries) expect(entry).toMatch(/^- [`\w].*[.)]$/);
    expect(new Set(entries).size).toBe(entries.length);
    const others = sections.flatMap(({ text }) =>
      text.split('\n').filter((line) => !/^(?:- |### |\[.+\]: |$)/.test(line)),
    );
    expect(others).toEqual([]);
  });

  it('has an address behind every link that is written as a reference', () => {
    const addresses = [...changelog.matchAll(/^\[([^\]]+)\]: (\S+)$/gm)];
    for (const [, name = '', address = ''] of addresses) {
      expect(new URL(address).protocol).toBe('https:');
      expect(sections.map(({ heading }) => heading).join('\n')).toContain(`[${name}]`);
    }
    for (const [, address = ''] of changelog.matchAll(/\]\(([^)]+)\)/g))
      expect(new URL(address).protocol).toBe('https:');
  });
});
