import { describe, expect, it } from '@jest/globals';
import { en } from '../../../src/application/document/labels/en.js';
import { filled, labelsOf, languages, nearest } from '../../../src/application/document/labels.js';

const placesOf = (label: string): readonly string[] => (label.match(/\{\w+\}/g) ?? []).sort();

describe('the words of a document', () => {
  it.each(Object.entries(languages))('in %s leave no figure and no date out', (_language, labels) => {
    for (const [name, label] of Object.entries(en)) {
      expect([name, placesOf(labels[name as keyof typeof en])]).toEqual([name, placesOf(label)]);
    }
  });

  it('are those of the nearest language, and English ones where there is none', () => {
    expect(labelsOf('de-AT', {}).invoice).toBe('Rechnung');
    expect(labelsOf('sw-KE', {}).invoice).toBe('Invoice');
  });

  it('are replaced one by one, by the nearest locale that a template has', () => {
    const replaced = { de: { invoice: 'Faktura' }, 'de-CH': { tax: 'MWST' } };
    expect(labelsOf('de-AT', replaced)).toMatchObject({ invoice: 'Faktura', tax: 'Steuer' });
    expect(labelsOf('de-CH', replaced)).toMatchObject({ invoice: 'Rechnung', tax: 'MWST' });
    expect(nearest({ de: 1 }, 'constructor')).toBeUndefined();
  });

  it('are filled as they stand: nothing that is put in is looked into', () => {
    expect(filled('{tax} on {base}', { tax: '{base}', base: '$&' })).toBe('{base} on $&');
    expect(filled('{toString}', {})).toBe('{toString}');
  });
});
