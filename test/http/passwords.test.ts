import { execFileSync } from 'node:child_process';
import test from 'ava';
import { hashPassword, matches, parsePassword } from '../../src/http/passwords.ts';

const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64').replace(/=+$/, '');

/** What others have published: RFC 7914, 12, and the test vectors of the reference implementation of Argon2. */
const HASHES = [
  [
    'pleaseletmein',
    `$scrypt$ln=14,r=8,p=1$${Buffer.from('SodiumChloride').toString('base64').replace(/=+$/, '')}$${base64('7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887')}`,
  ],
  ['password', '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'],
  ['password', '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'],
  ['grüße:日', 'grüße:日'],
] as const;

for (const [typed, stored] of HASHES) {
  test(`${stored.slice(0, 30)} is ${typed}, and nothing else is`, async (t) => {
    const password = parsePassword(stored);
    t.true(await matches(password, typed));
    for (const wrong of ['', `${typed}x`, typed.slice(1), typed.toUpperCase(), stored.slice(0, -1)])
      t.false(await matches(password, wrong), wrong);
  });
}

test('our own hash is a good one, and never the same; Python finds the same', async (t) => {
  const hashes = [await hashPassword('Sálve'), await hashPassword('Sálve')];
  t.not(hashes[0], hashes[1]);
  for (const hash of hashes) {
    t.true(await matches(parsePassword(hash), 'Sálve'));
    t.true(await matches(parsePassword(hash), 'Sálve'.normalize('NFD')), 'however the accent was typed');
    t.false(await matches(parsePassword(hash), 'Salve'));
  }
  const script = `import base64, hashlib, sys
_, _, cost, salt, found = sys.argv[1].split("$")
ln, r, p = (int(word.split("=")[1]) for word in cost.split(","))
salt, found = (base64.b64decode(text + "==") for text in (salt, found))
print(hashlib.scrypt("Sálve".encode(), salt=salt, n=2**ln, r=r, p=p, maxmem=2**26, dklen=len(found)) == found)`;
  t.is(execFileSync('python3', ['-c', script, hashes[0] ?? ''], { encoding: 'utf8' }), 'True\n');
  await t.throwsAsync(hashPassword(''), { message: /1 to 256/ });
  await t.throwsAsync(hashPassword('a\nb'), { message: /control/ });
});

const SALT = base64('00'.repeat(16));
const HASH = base64('00'.repeat(32));
for (const [stored, expected] of [
  ['', /1 to 256 characters/],
  ['x'.repeat(257), /1 to 256 characters/],
  ['a\tb', /control characters/],
  ['a\ud800', /control characters/],
  [`$scrypt$ln=18,r=8,p=1$${SALT}$${HASH}`, /256 MiB of memory to check; at most 128/],
  [`$scrypt$ln=99,r=999,p=1$${SALT}$${HASH}`, /MiB of memory to check/],
  [`$scrypt$ln=17,r=8,p=5$${SALT}$${HASH}`, /128 MiB of memory 5 times to check; at most 512/],
  [`$scrypt$ln=0,r=8,p=1$${SALT}$${HASH}`, /too small/],
  [`$scrypt$ln=16,r=1,p=1$${SALT}$${HASH}`, /ln must be below 16 times r/],
  [`$scrypt$ln=14,r=0,p=1$${SALT}$${HASH}`, /ln must be below|too small/],
  [`$scrypt$ln=14,r=8,p=0$${SALT}$${HASH}`, /too small/],
  [`$scrypt$ln=14,r=8,p=1$c2FsdA$${HASH}`, /salt of 8 to 64/],
  [`$scrypt$ln=14,r=8,p=1$${SALT}$c2FsdA`, /hash of 16 to 64/],
  [`$scrypt$ln=14,r=8,p=1$${SALT}==$${HASH}`, /base64 without padding/],
  [`$scrypt$ln=14,r=8$${SALT}$${HASH}`, /a hash must be/],
  [`$argon2i$v=19$m=256,t=2,p=1$${SALT}$${HASH}`, /a hash must be/],
  [`$argon2id$v=16$m=256,t=2,p=1$${SALT}$${HASH}`, /a hash must be/],
  [`$argon2id$v=19$m=2097152,t=1,p=4$${SALT}$${HASH}`, /2048 MiB of memory/],
  [`$argon2id$v=19$m=65536,t=9,p=4$${SALT}$${HASH}`, /9 times/],
  [`$argon2id$v=19$m=16,t=2,p=4$${SALT}$${HASH}`, /too small/],
  [`$argon2id$v=19$m=256,t=0,p=4$${SALT}$${HASH}`, /too small/],
] as const) {
  test(`refused: ${stored.slice(0, 40)} (${expected.source.slice(0, 20)})`, (t) => {
    const error = t.throws(() => parsePassword(stored), { message: expected });
    if (stored.length > 3) t.false(error?.message.includes(stored), 'it is not repeated');
  });
}

test('what is at the edge of being too much can be checked', async (t) => {
  for (const stored of [`$scrypt$ln=17,r=8,p=1$${SALT}$${HASH}`, `$argon2id$v=19$m=131072,t=1,p=4$${SALT}$${HASH}`])
    t.false(await matches(parsePassword(stored), 'x'));
});
