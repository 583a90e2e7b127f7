import { describe, expect, it } from 'vitest';
import { maskJson, maskText } from './mask';

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

  it('leaves what is no number in a record: instants, lengths, ids', () => {
    const json =
      '{"from":"14155550100","at":"2026-05-31 14:02:10","ms":"5580.00000","to":"sip:+919876543210@x"}';
    expect(maskJson(json)).toBe(
      '{"from":"1415••••100","at":"2026-05-31 14:02:10","ms":"5580.00000","to":"sip:+9198•••••210@x"}',
    );
  });
});
