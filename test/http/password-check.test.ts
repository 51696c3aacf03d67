import test from 'ava';
import { PasswordCheck } from '../../src/http/password-check.ts';
import { parsePassword, type StoredPassword } from '../../src/http/passwords.ts';

const HASH = parsePassword('$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4');

/** A check whose hashes are computed when the test says; the right password is `right`. */
function checking(stored: StoredPassword = HASH) {
  const clock = { ms: 0 };
  const computing: { typed: string; finish(error?: Error): void }[] = [];
  const check = new PasswordCheck(
    stored,
    () => clock.ms,
    (_stored, typed) =>
      new Promise((resolve, reject) => {
        computing.push({ typed, finish: (error) => (error ? reject(error) : resolve(typed === 'right')) });
      }),
  );
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  return { clock, computing, check, turn };
}

test('a plain password needs no computing and is never forgotten', (t) => {
  const { check, clock } = checking(parsePassword('right'));
  clock.ms += 1e9;
  t.true(check.quick('right'));
  t.false(check.quick('wrong'));
});

test('one hash at a time; the same password is computed once for all who wait', async (t) => {
  const { check, computing, turn } = checking();
  t.is(check.quick('right'), undefined);
  const answers = ['wrong', 'right', 'right', 'wrong', 'other'].map((typed) => check.check(typed));
  t.true(check.isWaiting('right'));
  t.false(check.isWaiting('else'));
  await turn();
  t.deepEqual(
    computing.map(({ typed }) => typed),
    ['wrong'],
  );
  computing[0]?.finish();
  await turn();
  t.deepEqual(
    computing.map(({ typed }) => typed),
    ['wrong', 'right'],
  );
  computing[1]?.finish();
  t.deepEqual(await Promise.all(answers), [false, true, true, false, false]);
  t.is(computing.length, 2, 'when the right one is known, no other needs computing');
  t.false(check.isWaiting('right'));
});

test('a right password is remembered for ten minutes, and then computed again', async (t) => {
  const { check, computing, clock, turn } = checking();
  const answer = check.check('right');
  await turn();
  computing[0]?.finish();
  t.true(await answer);
  clock.ms += 599_999;
  t.true(check.quick('right'));
  t.false(check.quick('wrong'));
  clock.ms += 1;
  t.is(check.quick('right'), undefined);
});

test('only so many wait; a failure ends only its own question', async (t) => {
  const { check, computing, turn } = checking();
  const answers = Array.from({ length: 8 }, (_, index) => check.check(`wrong ${index}`));
  t.true(answers.every((answer) => answer !== undefined));
  t.is(check.check('right'), undefined);
  t.not(check.check('wrong 3'), undefined, 'who asks for what is under way waits with them');
  await turn();
  computing[0]?.finish(new Error('no memory'));
  await t.throwsAsync(async () => answers[0], { message: 'no memory' });
  await turn();
  const right = check.check('right');
  for (let index = 1; index <= 8; index++) {
    computing[index]?.finish();
    await turn();
  }
  t.true(await right);
  t.is(await answers[7], false);
});
