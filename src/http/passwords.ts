import { argon2, createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** A password as it is configured. */
export type StoredPassword = PlainPassword | HashedPassword;

interface PlainPassword {
  readonly kind: 'plain';
  readonly text: string;
}

interface HashedPassword {
  readonly kind: 'scrypt' | 'argon2id';
  readonly salt: Buffer;
  readonly hash: Buffer;
  readonly cost: Cost;
}

/** What a hash costs to compute. */
interface Cost {
  /** Memory, KiB. */
  readonly memoryKib: number;
  /** How often that memory is worked through. */
  readonly passes: number;
  /** `p` of both. */
  readonly parallelism: number;
  /** `r` of scrypt. */
  readonly blockSize: number;
}

/** A box has little memory: no hash may take more of it. */
const MAX_MEMORY_KIB = 128 * 1024;
/** Nor may it take longer than going through so much memory, which is about four seconds on a small box. */
const MAX_WORK_KIB = 512 * 1024;
/** A password of our own making: as strong as `ln=17,r=8,p=1` with an eighth of the memory (OWASP, Password Storage Cheat Sheet). */
const OWN = { ln: 14, r: 8, p: 5, saltBytes: 16, hashBytes: 32 };
/** A password as it is typed. */
const TYPED = /^[^\p{Cc}]{1,256}$/u;

/** Base64 without padding, as PHC strings have it. */
const BASE64 = '([A-Za-z0-9+/]+)';
const SCRYPT = new RegExp(`^\\$scrypt\\$ln=(\\d{1,2}),r=(\\d{1,3}),p=(\\d{1,3})\\$${BASE64}\\$${BASE64}$`);
const ARGON2 = new RegExp(`^\\$argon2id\\$v=19\\$m=(\\d{1,8}),t=(\\d{1,4}),p=(\\d{1,3})\\$${BASE64}\\$${BASE64}$`);

/**
 * Reads a configured password: plain text, or a hash in the string format of the Password Hashing Competition
 * (github.com/P-H-C/phc-string-format). Throws an `Error` that says what is wrong with it, without repeating it.
 */
export function parsePassword(text: string): StoredPassword {
  if (!text.isWellFormed() || /\p{Cc}/u.test(text)) throw new Error('must not have control characters');
  const scryptFields = SCRYPT.exec(text)?.slice(1);
  const argon2Fields = ARGON2.exec(text)?.slice(1);
  if (scryptFields) {
    const [ln, r, p] = scryptFields.map(Number) as [number, number, number];
    if (ln >= 16 * r) throw new Error('is no scrypt: ln must be below 16 times r');
    // RFC 7914, 2: 128 · N · r bytes, gone through p times.
    const memoryKib = (r * 2 ** ln) / 8;
    return hashed('scrypt', { memoryKib, passes: p, parallelism: p, blockSize: r }, scryptFields);
  }
  if (argon2Fields) {
    const [memoryKib, passes, parallelism] = argon2Fields.map(Number) as [number, number, number];
    return hashed('argon2id', { memoryKib, passes, parallelism, blockSize: 0 }, argon2Fields);
  }
  if (/^\$(scrypt|argon2\w*)\$/.test(text)) {
    throw new Error(
      'a hash must be "$scrypt$ln=..,r=..,p=..$salt$hash" or "$argon2id$v=19$m=..,t=..,p=..$salt$hash", in base64 without padding',
    );
  }
  if (!TYPED.test(text)) throw new Error('must be 1 to 256 characters long');
  return { kind: 'plain', text: text.normalize('NFC') };
}

function hashed(kind: HashedPassword['kind'], cost: Cost, fields: readonly string[]): HashedPassword {
  const { memoryKib, passes, parallelism, blockSize } = cost;
  const [salt, hash] = fields.slice(-2).map((field) => Buffer.from(field, 'base64')) as [Buffer, Buffer];
  const memory = `${Math.ceil(memoryKib / 1024)} MiB of memory`;
  if (memoryKib > MAX_MEMORY_KIB) throw new Error(`would take ${memory} to check; at most ${MAX_MEMORY_KIB / 1024}`);
  if (memoryKib * passes > MAX_WORK_KIB)
    throw new Error(`would go through ${memory} ${passes} times to check; at most ${MAX_WORK_KIB / 1024} in all`);
  // Below these the algorithms are not defined (RFC 7914, 2; RFC 9106, 3.1).
  const tooLittle = kind === 'scrypt' ? memoryKib * 8 < 2 * blockSize || blockSize < 1 : memoryKib < 8 * parallelism;
  if (passes < 1 || parallelism < 1 || tooLittle) throw new Error('has parameters that are too small');
  if (salt.length < 8 || salt.length > 64) throw new Error('must have a salt of 8 to 64 bytes');
  if (hash.length < 16 || hash.length > 64) throw new Error('must have a hash of 16 to 64 bytes');
  return { kind, cost, salt, hash };
}

/** Hashes a password for the configuration: a PHC string of scrypt. Rejects with what is wrong with the password. */
export async function hashPassword(typed: string): Promise<string> {
  if (!TYPED.test(typed) || !typed.isWellFormed())
    throw new Error('a password must be 1 to 256 characters long, without control characters');
  const { ln, r, p, saltBytes, hashBytes } = OWN;
  const salt = randomBytes(saltBytes);
  const cost = { memoryKib: (r * 2 ** ln) / 8, passes: p, parallelism: p, blockSize: r };
  const hash = await derive({ kind: 'scrypt', cost, salt, hash: Buffer.alloc(hashBytes) }, typed);
  const base64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  return `$scrypt$ln=${ln},r=${r},p=${p}$${base64(salt)}$${base64(hash)}`;
}

/** Whether a password is the stored one. Takes as long for a wrong one; a hash is computed on another thread. */
export async function matches(stored: StoredPassword, typed: string): Promise<boolean> {
  if (stored.kind === 'plain') {
    const key = randomBytes(32);
    return timingSafeEqual(digest(key, typed), digest(key, stored.text));
  }
  return timingSafeEqual(await derive(stored, typed), stored.hash);
}

/** A digest of a password under a key of this process: of equal length for all, and worth nothing elsewhere. */
export function digest(key: Buffer, password: string): Buffer {
  return createHmac('sha256', key).update(password.normalize('NFC')).digest();
}

function derive({ kind, cost, salt, hash }: HashedPassword, typed: string): Promise<Buffer> {
  const message = Buffer.from(typed.normalize('NFC'));
  const { memoryKib, passes, parallelism, blockSize } = cost;
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const done = (error: Error | null, derived: Buffer) => (error ? reject(error) : resolve(derived));
  if (kind === 'scrypt') {
    const N = (memoryKib * 8) / blockSize;
    // OpenSSL also counts 128 · r · p bytes and a little; the bound that matters was checked before.
    const options = { N, r: blockSize, p: parallelism, maxmem: 2 * MAX_MEMORY_KIB * 1024 };
    scrypt(message, salt, hash.length, options, done);
  } else {
    const options = { message, nonce: salt, parallelism, tagLength: hash.length, memory: memoryKib, passes };
    argon2('argon2id', options, done);
  }
  return promise;
}
