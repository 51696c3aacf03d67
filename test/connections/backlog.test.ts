import test from 'ava';
import fc from 'fast-check';
import { Backlog } from '../../src/connections/backlog.ts';

test('H7: the backlog gives back what it was given, in order, and counts its bytes', (t) => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(50), { nil: undefined }), { maxLength: 400, size: 'max' }), (steps) => {
      const backlog = new Backlog();
      const model: Buffer[] = [];
      for (const step of steps) {
        if (step === undefined) {
          if (backlog.shift() !== model.shift()) return false;
        } else {
          const chunk = Buffer.alloc(step + 1);
          backlog.push(chunk);
          model.push(chunk);
        }
        if (backlog.bytes !== model.reduce((sum, { length }) => sum + length, 0)) return false;
      }
      return model.every((chunk) => backlog.shift() === chunk) && backlog.shift() === undefined;
    }),
  );
  t.pass();
});
