import test from 'ava';
import { controlDeviceOf } from '../../src/capture/mixer-card.ts';

for (const [pcm, control] of [
  ['hw:CARD=CODEC,DEV=0', 'hw:CARD=CODEC'],
  ['hw:DEV=1,CARD=CODEC', 'hw:CARD=CODEC'],
  ['hw:1,0', 'hw:CARD=1'],
  ['hw:1', 'hw:CARD=1'],
  ['hw:CODEC,0,0', 'hw:CARD=CODEC'],
  ['plughw:CARD=Device,DEV=0', 'hw:CARD=Device'],
  ['sysdefault:CARD=Device', 'hw:CARD=Device'],
  ['front:CARD=Device,DEV=0', 'hw:CARD=Device'],
  ['surround51:CARD=Device', 'hw:CARD=Device'],
  ['dsnoop:CARD=Device,DEV=0', 'hw:CARD=Device'],
  ['plug:hw:1,0', 'hw:CARD=1'],
  ["plug:SLAVE='hw:CARD=CODEC,DEV=0'", 'hw:CARD=CODEC'],
  // No card is named: alsa-lib knows whether there is a control device of that name.
  ['mixer', 'mixer'],
  ['default', 'default'],
  ['hw', 'hw'],
  ['hw:DEV=0', 'hw:DEV=0'],
  ['pulse:CARD=1', 'pulse:CARD=1'],
] as const)
  test(`the mixer of ${pcm} is ${control}`, (t) => t.is(controlDeviceOf(pcm), control));
