/** What a player sends, byte for byte, and what it is to get. */
export interface RecordedRequest {
  /** The player and its version. */
  readonly player: string;
  /** How its words are known. */
  readonly from: string;
  /** The head of the request, up to the empty line. */
  readonly head: string;
  /** What it gets: sound with titles in it (ICY), sound alone, or the head of the answer. */
  readonly gets: 'titles' | 'sound' | 'head';
  /** Fields of the answer that it looks for, besides. */
  readonly looksFor?: Readonly<Record<string, string>>;
}

/** Lines that begin where the text is indented, as HTTP has them: ended by CR and LF, with an empty one behind. */
function head([text = '']: TemplateStringsArray): string {
  return `${text.trim().split(/\n */).join('\r\n')}\r\n\r\n`;
}

const RECORDED = 'recorded on Debian 12, playing http://127.0.0.1:8000/stream.mp3';
const FEATURES = 'DLNA.ORG_PN=MP3;DLNA.ORG_OP=00;DLNA.ORG_CI=0;DLNA.ORG_FLAGS=8D100000000000000000000000000000';

/**
 * Requests of players. Those that were not recorded by us are from public documents; only their path, and where it was left out
 * their request line, are changed to ask for our stream.
 */
export const recordedRequests: readonly RecordedRequest[] = [
  {
    player: 'curl 7.88.1',
    from: RECORDED,
    head: head`GET /stream.mp3 HTTP/1.1
      Host: 127.0.0.1:8000
      User-Agent: curl/7.88.1
      Accept: */*`,
    gets: 'sound',
  },
  {
    player: 'curl 7.88.1, by a proxy that passes it on as it is',
    from: RECORDED,
    head: head`GET http://box.local:8000/stream.mp3 HTTP/1.1
      Host: box.local:8000
      User-Agent: curl/7.88.1
      Accept: */*
      Proxy-Connection: Keep-Alive`,
    gets: 'sound',
  },
  {
    player: 'curl 7.88.1, with a password that nobody asks for',
    from: RECORDED,
    head: head`GET /stream.mp3 HTTP/1.1
      Host: 127.0.0.1:8000
      Authorization: Basic YW55OnNlY3JldA==
      User-Agent: curl/7.88.1
      Accept: */*`,
    gets: 'sound',
  },
  {
    player: 'Wget 1.21.3',
    from: RECORDED,
    head: head`GET /stream.mp3 HTTP/1.1
      Host: 127.0.0.1:8000
      User-Agent: Wget/1.21.3
      Accept: */*
      Accept-Encoding: identity
      Connection: Keep-Alive`,
    gets: 'sound',
  },
  {
    player: 'ffmpeg 5.1 (ffprobe says the same)',
    from: RECORDED,
    head: head`GET /stream.mp3 HTTP/1.1
      User-Agent: Lavf/59.27.100
      Accept: */*
      Range: bytes=0-
      Connection: close
      Host: 127.0.0.1:8000
      Icy-MetaData: 1`,
    gets: 'titles',
  },
  {
    player: 'mpv 0.35',
    from: RECORDED,
    head: head`GET /stream.mp3 HTTP/1.1
      User-Agent: libmpv
      Accept: */*
      Range: bytes=0-
      Connection: close
      Host: 127.0.0.1:8000
      Icy-MetaData: 1`,
    gets: 'titles',
  },
  {
    player: 'mpg123 1.31.2',
    from: RECORDED,
    head: head`GET /stream.mp3 HTTP/1.0
      User-Agent: mpg123/1.31.2
      Host: 127.0.0.1:8000
      Icy-MetaData: 1
      Accept: audio/mpeg, audio/x-mpeg, audio/mp3, audio/x-mp3, audio/mpeg3, audio/x-mpeg3, audio/mpg, audio/x-mpg, audio/x-mpegaudio, application/octet-stream, audio/mpegurl, audio/mpeg-url, audio/x-mpegurl, audio/x-scpls, audio/scpls, application/pls, application/x-scpls, application/pls+xml, */*`,
    gets: 'titles',
  },
  {
    player: 'GStreamer 1.22.0',
    from: RECORDED,
    head: head`GET /stream.mp3 HTTP/1.1
      Host: 127.0.0.1:8000
      User-Agent: GStreamer souphttpsrc 1.22.0 libsoup/2.74.3
      icy-metadata: 1
      Accept-Encoding: identity
      Connection: Keep-Alive`,
    gets: 'titles',
  },
  {
    player: 'VLC 3.0.24, first request',
    from: RECORDED,
    head: head`GET /stream.mp3 HTTP/1.1
      Host: 127.0.0.1:8000
      Accept: */*
      Accept-Language: en_US
      User-Agent: VLC/3.0.24 LibVLC/3.0.24
      Range: bytes=0-`,
    gets: 'sound',
    // Only an answer with one of these leads to the second request, and so to titles.
    looksFor: { 'icy-name': 'Kirche' },
  },
  {
    player: 'VLC 3.0.24, second request',
    from: RECORDED,
    head: head`GET /stream.mp3 HTTP/1.0
      Host: 127.0.0.1:8000
      User-Agent: VLC/3.0.24 LibVLC/3.0.24
      Icy-MetaData: 1`,
    gets: 'titles',
  },
  {
    player: 'Chromium 156, <audio> on the page of another site',
    from: RECORDED,
    head: head`GET /stream.mp3 HTTP/1.1
      Host: 127.0.0.1:8000
      Connection: keep-alive
      sec-ch-ua-platform: "Linux"
      User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36
      sec-ch-ua: "Not:A-Brand";v="8", "Chromium";v="156"
      sec-ch-ua-mobile: ?0
      Accept: */*
      Sec-Fetch-Site: cross-site
      Sec-Fetch-Mode: no-cors
      Sec-Fetch-Dest: audio
      Sec-Fetch-Storage-Access: none
      Accept-Encoding: identity
      Accept-Language: en-US,en;q=0.9
      Range: bytes=0-`,
    gets: 'sound',
    looksFor: { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' },
  },
  {
    player: 'Icecast 2.4.4 as a relay',
    from: RECORDED,
    head: head`GET /stream.mp3 HTTP/1.0
      User-Agent: Icecast 2.4.4
      Host: 127.0.0.1
      Icy-MetaData: 1`,
    gets: 'titles',
    looksFor: { 'icy-name': 'Kirche', 'icy-br': '128', 'icy-genre': 'Talk' },
  },
  {
    player: 'Winamp 5.0',
    from: 'sphere.sourceforge.net/flik/docs/streaming.html',
    head: head`GET /stream.mp3 HTTP/1.0
      Host: localhost
      User-Agent: WinampMPEG/5.0
      Accept: */*
      Icy-MetaData:1
      Connection: close`,
    gets: 'titles',
  },
  {
    player: 'Winamp, for what it takes for Ogg',
    from: 'sphere.sourceforge.net/flik/docs/streaming.html',
    head: head`GET /stream.mp3 HTTP/1.1
      Host:localhost
      User-Agent:Winamp
      Accept:*/*`,
    gets: 'sound',
  },
  {
    player: 'iTunes 6.0.1',
    from: 'a request that the author of Quick Radio Ripper captured, in a comment of its source (frmMain.frm)',
    head: head`GET /stream.mp3 HTTP/1.1
      Accept: */*
      cache-control: no-cache
      User-Agent: iTunes/6.0.1 (Windows; N)
      x-audiocast-udpport: 4171
      icy-metadata: 1
      Host: 64.236.34.67
      Connection: Close`,
    gets: 'titles',
  },
  {
    player: 'MPlayer SVN-r31347',
    from: 'captured by the author of the streaming server riddim, in a comment of its server',
    head: head`GET /stream.mp3 HTTP/1.0
      Host: 0x7be.org:18944
      User-Agent: MPlayer/SVN-r31347-4.5.0
      Icy-MetaData: 1
      Connection: close`,
    gets: 'titles',
  },
  {
    player: 'NSPlayer 4.1, as MPlayer and others say to be it',
    from: 'captured by the author of the streaming server riddim, in a comment of its server',
    head: head`GET /stream.mp3 HTTP/1.0
      Accept: */*
      User-Agent: NSPlayer/4.1.0.3856
      Host: 0x7be.org:18944
      Pragma: xClientGUID={c77e7400-738a-11d2-9add-0020af0a3278}
      Pragma: no-cache,rate=1.000000,stream-time=0,stream-offset=0:0,request-context=1,max-duration=0
      Connection: Close`,
    gets: 'sound',
  },
  {
    player: 'cmus 2.3.2',
    from: 'captured by the author of the streaming server riddim, in a comment of its server',
    head: head`GET /stream.mp3 HTTP/1.0
      Host: 0x7be.org
      User-Agent: cmus/v2.3.2
      Icy-MetaData: 1`,
    gets: 'titles',
  },
  {
    player: 'Squeezebox Server 7.4.1',
    from: 'captured by the author of the streaming server riddim, in a comment of its server; the request line is from Slim::Player::Source',
    head: head`GET /stream.mp3 HTTP/1.0
      Connection: close
      Cache-Control: no-cache
      Accept: */*
      Host: localhost:18944
      User-Agent: iTunes/4.7.1 (Linux; N; Linux; i686-linux; EN; utf8) SqueezeCenter, Squeezebox Server/7.4.1/28947
      Icy-Metadata: 1`,
    gets: 'titles',
  },
  {
    player: 'Sonos (S12) 72.2',
    from: 'github.com/philippe44/AirConnect/issues/458, a log',
    head: head`GET /stream.mp3 HTTP/1.1
      CONNECTION: close
      Host: 192.168.1.20:60871
      ACCEPT: */*
      USER-AGENT: Linux UPnP/1.0 Sonos/72.2-39150 (ZPS12)
      X-Sonos-SWGen: 2
      X-Sonos-Firmware: 72.2-39150
      X-Sonos-Muse-Api: 1.33.2
      X-Sonos-Id-Hash: gMtjDf33DYOHwzVOyM4mLk6PsdoIKC1i+0INzuG+D8I=`,
    gets: 'sound',
  },
  {
    player: 'iPhone, iOS 11.3: its probe',
    from: 'github.com/captbaritone/webamp/issues/538, from the web inspector of Safari; with titles as in github.com/karlheyes/icecast-kh/issues/441',
    head: head`GET /stream.mp3 HTTP/1.1
      Host: 192.0.2.1:8000
      Range: bytes=0-1
      Icy-MetaData: 1
      Origin: https://webamp.org
      Pragma: no-cache
      Accept: */*
      Connection: Keep-Alive
      Accept-Encoding: identity
      DNT: 1
      User-Agent: AppleCoreMedia/1.0.0.15E216 (iPhone; U; CPU OS 11_3 like Mac OS X; en_us)
      Referer: https://webamp.org/
      Cache-Control: no-cache`,
    gets: 'titles',
    looksFor: { 'access-control-allow-origin': '*' },
  },
  {
    player: 'QuickTime 7.6.8 on Windows, within Safari',
    from: 'github.com/fnando/browser/issues/4, its User-Agent',
    head: head`GET /stream.mp3 HTTP/1.1
      Host: 192.0.2.1:8000
      User-Agent: QuickTime/7.6.8 (qtver=7.6.8;os=Windows NT 5.1Service Pack 3)
      Range: bytes=0-
      Connection: close`,
    gets: 'sound',
  },
  {
    player: 'Philips Streamium',
    from: 'github.com/masmu/pulseaudio-dlna/issues/45, a trace',
    head: head`GET /stream.mp3 HTTP/1.1
      Host: 192.168.1.151:8080
      Connection: keep-alive
      User-Agent: Streamium/1.0
      Accept: */*`,
    gets: 'sound',
  },
  {
    player: 'Sony NAS-SV20i',
    from: 'github.com/ugjka/blast/issues/7, its header; the rest is what HTTP/1.1 asks for',
    head: head`HEAD /stream.mp3 HTTP/1.1
      Host: 192.168.100.87:9000
      getcontentFeatures.dlna.org: 1`,
    gets: 'head',
    looksFor: { 'contentfeatures.dlna.org': FEATURES, 'transfermode.dlna.org': 'Streaming' },
  },
  {
    player: 'Sony Blu-ray player',
    from: 'dvds.beandog.org/doku.php?id=dlna_http, notes of its requests to minidlna',
    head: head`HEAD /stream.mp3 HTTP/1.1
      User-Agent: UPnP/1.0 DLNADOC/1.50
      Host: 10.10.10.103:8200
      Accept: */*
      X-Av-Physical-Unit-Info: pa="Blu-ray Disc Player"
      X-Av-Client-Info: av=5.0; cn="Sony Corporation"; mn="Blu-ray Disc Player"; mv="2.0"
      Getcontentfeatures.Dlna.Org: 1
      realTimeInfo.dlna.org: DLNA.ORG_TLAG=*`,
    gets: 'head',
    looksFor: { 'contentfeatures.dlna.org': FEATURES },
  },
  {
    player: 'a speaker that adds to the address',
    from: 'github.com/J-M-PUNK/tideway/pull/240: Hisense adds a query of its own',
    head: head`GET /stream.mp3?mediaPlayerId=1&playMode=2 HTTP/1.1
      Host: 192.0.2.1:8000
      transferMode.dlna.org: Streaming`,
    gets: 'sound',
    looksFor: { 'transfermode.dlna.org': 'Streaming' },
  },
  {
    player: 'one that says nothing at all',
    from: 'RFC 1945: HTTP/1.0 needs no field',
    head: head`GET /stream.mp3 HTTP/1.0`,
    gets: 'sound',
  },
  {
    player: 'one that refuses titles',
    from: 'what some libraries send to switch them off',
    head: head`GET /stream.mp3 HTTP/1.0
      ICY-METADATA: 0`,
    gets: 'sound',
  },
];
