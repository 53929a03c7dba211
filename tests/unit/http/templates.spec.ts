import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const folder = fileURLToPath(new URL('../../../src/interfaces/http/pages/templates/', import.meta.url));
const templates = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.eta'))
  .map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));

function matches(pattern: RegExp): readonly string[] {
  return templates.flatMap(({ file, text }) =>
    [...text.matchAll(pattern)].map(([found]) => `${file}: ${found}`),
  );
}

describe('the templates', () => {
  it('are found', () => {
    expect(templates.length).toBeGreaterThan(5);
  });

  it('write nothing raw but the result of another template', () => {
    expect(matches(/<%~(?! (include\('\/[\w/-]+', |it\.body %>))[^%]*%>/g)).toEqual([]);
  });

  it('have no script or style inside, and load nothing from elsewhere', () => {
    expect(matches(/<script(?![^>]*\bsrc="<%= asset\()[^>]*>/g)).toEqual([]);
    expect(matches(/<style|\bstyle="|\bon\w+="|javascript:/g)).toEqual([]);
    expect(matches(/(?:src|href|action)="(?:https?:)?\/\/[^"]*"/g)).toEqual([]);
  });

  it('guard every form that changes something', () => {
    const forms = templates.flatMap(({ file, text }) =>
      [...text.matchAll(/<form[^>]*method="post"[\s\S]*?<\/form>/g)].map(([form]) => ({ file, form })),
    );
    expect(forms.filter(({ form }) => !/include\('\/parts\/(guard|csrf)', it\)/.test(form))).toEqual([]);
  });
});
