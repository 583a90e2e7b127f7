import { describe, expect, it } from 'vitest';
import { maskJson, maskKnown, maskQuery, maskText } from './mask';

describe('masking', () => {
  it.each([
    ['+91 98765 43210', '+91 98••• ••210'],
    ['+1 415-555-0100', '+1 415-•••-•100'],
    ['14155550100', '1415••••100'],
    ['sip:14155550100@sip.example.com', 'sip:1415••••100@sip.example.com'],
    ['555-0142', '55•-••42'],
  ])('hides the middle digits of %s', (number, masked) => {
    expect(maskText(number)).toBe(masked);
  });

  it.each(['4021', 'Sales weekly', '', 'Unknown', '22 500'])(
    'leaves %s, which is nobody’s number',
    (text) => {
      expect(maskText(text)).toBe(text);
    },
  );

  it('hides certain numbers alone, where other digits mean something', () => {
    const path = '/calls/2026-05-07_141500_+1 (415) 555-0100_14155550100_0198763.mp3';
    expect(maskKnown(path, ['+14155550100', null])).toBe(
      '/calls/2026-05-07_141500_+1 (415) •••-•100_1415••••100_0198763.mp3',
    );
    expect(maskKnown('1001 and 10.20.30.40', ['1001', 'sip:anna@10.20.30.40'])).toBe('1001 and 10.20.30.40');
    expect(maskKnown('14155550100', ['sip:14155550100@10.0.0.1'])).toBe('1415••••100');
  });

  it('hides the numbers of a search, and leaves its days, lengths and ids', () => {
    const query =
      'from:+14155550100 type:call 98765 43210 date:2026-05-07..2026-05-09 dur:300000ms..360000ms';
    const masked = maskQuery(query);
    expect(masked).toBe(
      'from:+1415••••100 type:call 9876• ••210 date:2026-05-07..2026-05-09 dur:300000ms..360000ms',
    );
    expect(masked).toHaveLength(query.length);
    expect(maskQuery('id:1234567890 call:"1234567890" -id:987654')).toBe(
      'id:1234567890 call:"1234567890" -id:987654',
    );
  });

  it('hides the numbers of a record also within its names', () => {
    expect(maskJson('{"url":"https://x.test/20260507_14155550100_0.mp3"}', ['+14155550100'])).toBe(
      '{"url":"https://x.test/20260507_1415••••100_0.mp3"}',
    );
  });

  it('leaves what is no number in a record: instants, lengths, ids', () => {
    const json =
      '{"from":"14155550100","at":"2026-05-31 14:02:10","ms":"5580.00000","to":"sip:+919876543210@x"}';
    expect(maskJson(json)).toBe(
      '{"from":"1415••••100","at":"2026-05-31 14:02:10","ms":"5580.00000","to":"sip:+9198•••••210@x"}',
    );
  });
});
